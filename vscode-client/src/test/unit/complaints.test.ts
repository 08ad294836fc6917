import assert from "node:assert/strict";
import { complaint, complaintOfSettings, type Situation } from "../../common/complaints";
import type { Launch, Origin, Reason, Rejected } from "../../common/locating";

function rejected(origin: Origin, reason: Reason, detail = ""): Rejected {
  const launch: Launch = { command: "/env/python", args: [], origin, from: origin };
  return { launch, reason, detail };
}

function situation(changes: Partial<Situation>, found: Rejected[] = []): Situation {
  const search = { server: undefined, rejected: found };
  const usual = { environment: undefined, python: true, trusted: true, selectable: true };
  return { search, ...usual, ...changes };
}

const environment = { python: "/env/bin/python", name: ".venv" };

describe("where no server is found", () => {
  it("offers to install it into the selected environment", () => {
    const { text, remedies } = complaint(
      situation({ environment }, [rejected("environment", "missing")]),
    );
    assert.match(text, /not installed in \.venv/);
    assert.deepEqual(remedies, ["Install", "Show Log"]);
  });

  it("offers to upgrade one that is too old", () => {
    const { text, remedies } = complaint(
      situation({ environment }, [rejected("environment", "old", "0.0.1")]),
    );
    assert.match(text, /0\.0\.1 .*too old.*0\.1\.0 or newer/);
    assert.deepEqual(remedies, ["Upgrade", "Show Log"]);
  });

  it("says that Python is missing", () => {
    assert.match(complaint(situation({ python: false })).text, /No Python was found/);
  });

  it("says how one that does not start ends", () => {
    const { text } = complaint(
      situation({ environment }, [rejected("environment", "failed", "Traceback\nImportError: x")]),
    );
    assert.match(text, /ImportError: x/);
  });

  it("asks for trust before anything else", () => {
    const { remedies } = complaint(situation({ trusted: false, environment }));
    assert.deepEqual(remedies, ["Manage Workspace Trust", "Show Log"]);
  });

  it("sends to the Python extension only where it is", () => {
    assert.ok(complaint(situation({})).remedies.includes("Select Interpreter"));
    const without = complaint(situation({ selectable: false }));
    assert.ok(!without.remedies.includes("Select Interpreter"));
  });
});

describe("a wrong leakwise.path", () => {
  it("is told even where another server was found", () => {
    const search = { server: undefined, rejected: [rejected("setting", "missing")] };
    assert.match(complaintOfSettings(search)?.text ?? "", /leakwise\.path is of no use/);
  });

  it("is not told where one of several works", () => {
    const launch: Launch = { command: "x", args: [], origin: "setting", from: "x" };
    const server = { ...launch, version: "1" };
    assert.equal(
      complaintOfSettings({ server, rejected: [rejected("setting", "missing")] }),
      undefined,
    );
  });
});
