import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { byFile } from "../../common/checked";
import { configOptions } from "../../common/configuration";
import { withVariables } from "../../common/variables";

describe("paths in settings", () => {
  it("may hold variables", () => {
    const fill = (value: string) => withVariables(value, "/home/me", "/work", { VENV: "/v" });
    assert.equal(fill("~/bin/leakwise"), "/home/me/bin/leakwise");
    assert.equal(fill("${workspaceFolder}/.venv/bin/leakwise"), "/work/.venv/bin/leakwise");
    assert.equal(fill("${env:VENV}/bin/leakwise${env:NOT}"), "/v/bin/leakwise");
    assert.equal(fill("a~b"), "a~b");
  });
});

describe("settings for a check", () => {
  it("are written as TOML, under the names of files", () => {
    const settings = {
      path: ["/bin/leakwise"],
      hover: false,
      ignore: ["LP001", 'a"b'],
      minimumCertainty: "possible",
      respectGitignore: false,
      environment: null,
      perFileIgnores: { "tests/*.py": ["ALL"] },
      knowledge: { kerasModels: ["my.build"], resources: { "my.Pool": "shutDown" } },
    };
    assert.deepEqual(
      configOptions(settings).filter((one) => one !== "--config"),
      [
        'ignore = ["LP001", "a\\"b"]',
        'minimum-certainty = "possible"',
        "respect-gitignore = false",
        'per-file-ignores = { "tests/*.py" = ["ALL"] }',
        'knowledge = { "keras-models" = ["my.build"], "resources" = { "my.Pool" = "shutDown" } }',
      ],
    );
  });
});

describe("what leakwise check prints", () => {
  it("has columns in characters, and editors in UTF-16", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "leakwise-"));
    const file = path.join(folder, "a.py");
    fs.writeFileSync(file, "x = '😀😀'; total += loss\n");
    const at = { location: { row: 1, column: 19 }, end_location: { row: 1, column: 23 } };
    const [found] = await byFile(
      JSON.stringify([
        { code: "LP001", message: "m", filename: file, severity: "warning", url: "u", ...at, related: [] },
      ]),
    );
    assert.deepEqual(found?.findings[0]?.start, { line: 0, character: 20 });
    fs.rmSync(folder, { recursive: true });
  });
});
