import assert from "node:assert/strict";
import { Restarts } from "../../common/restarts";

describe("restarts", () => {
  it("never run two at once, and gather what is asked for meanwhile", async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const restarts = new Restarts(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((done) => setTimeout(done, 5));
      running -= 1;
      runs += 1;
    });
    await Promise.all(Array.from({ length: 10 }, () => restarts.request()));
    assert.equal(most, 1);
    assert.equal(runs, 2);
    await restarts.request();
    assert.equal(runs, 3);
  });

  it("go on after one that failed", async () => {
    let runs = 0;
    const restarts = new Restarts(async () => {
      await Promise.resolve();
      runs += 1;
      if (runs === 1) {
        throw new Error("no");
      }
    });
    const first = restarts.request();
    const second = restarts.request();
    await assert.rejects(first, /no/);
    await second;
    assert.equal(runs, 2);
  });
});
