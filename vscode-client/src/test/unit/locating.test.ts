import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { locate, type Launch, type Origin } from "../../common/locating";
import { onPath } from "../../common/search";

describe("the search for a server", () => {
  let folder: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "leakwise-"));
  });

  afterEach(() => {
    fs.rmSync(folder, { recursive: true });
  });

  function program(name: string, script: string): string {
    const file = path.join(folder, name);
    fs.writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return file;
  }

  function way(command: string, origin: Origin = "path"): Launch {
    return { command, args: [], origin, from: command };
  }

  it("takes the first that works and is new enough, and tells of those before it", async () => {
    const ways = [
      way(path.join(folder, "nothing"), "setting"),
      way(program("without", "echo \"No module named leakwise\" >&2; exit 1"), "environment"),
      way(program("broken", "echo 'ImportError: libcst' >&2; exit 1")),
      way(program("other", "echo hello")),
      way(program("old", "echo leakwise 0.0.9")),
      way(program("good", "echo leakwise 0.1.0")),
      way(program("later", "echo leakwise 9.9.9")),
    ];
    const { server, rejected } = await locate(ways, folder);
    assert.equal(server?.command, ways[5]?.command);
    assert.equal(server?.version, "0.1.0");
    assert.deepEqual(
      rejected.map(({ reason }) => reason),
      ["missing", "missing", "failed", "failed", "old"],
    );
    assert.match(rejected[2]?.detail ?? "", /libcst/);
  });

  it("gives nothing where nothing works", async () => {
    assert.equal((await locate([way(path.join(folder, "nothing"))], folder)).server, undefined);
  });

  it("looks on PATH, but not in relative folders nor where it must not", async () => {
    const file = program("leakwise", "echo leakwise 0.1.0");
    const outer = { PATH: `.:relative:${folder}` };
    assert.equal(await onPath("leakwise", [], outer, false), file);
    assert.equal(await onPath("leakwise", [folder], outer, false), undefined);
    assert.equal(await onPath("leakwise", [path.dirname(folder)], outer, false), undefined);
    assert.equal(await onPath("leakwise", [path.join(folder, "in")], outer, false), file);
    assert.equal(await onPath("leakwise", [], {}, false), undefined);
  });
});
