import assert from "node:assert/strict";
import { isOlder, versionIn } from "../../common/version";

describe("versions", () => {
  it("are read from what the command prints", () => {
    assert.equal(versionIn("leakwise 0.1.0\n"), "0.1.0");
    assert.equal(versionIn("leakwise, version 1.2.3rc1"), "1.2.3rc1");
    assert.equal(versionIn("Python 3.12.1"), undefined);
  });

  it("are ordered by their numbers, a pre-release before its release", () => {
    const ordered = ["0.0.9", "0.1.0.dev1", "0.1.0", "0.1.1", "0.2", "0.10.0", "1.0.0rc1", "1.0"];
    for (const [index, version] of ordered.entries()) {
      for (const [other, than] of ordered.entries()) {
        assert.equal(isOlder(version, than), index < other, `${version} < ${than}`);
      }
    }
    assert.equal(isOlder("1.0", "1.0.0"), false);
  });
});
