// Bundles the extension, and the tests that run inside VS Code: `node build.mjs [--tests]`.
import { build } from "esbuild";

const tests = process.argv.includes("--tests");
const shared = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode", "mocha"],
  sourcemap: tests,
  minify: !tests,
  logLevel: "warning",
};

await build({ ...shared, entryPoints: ["src/extension.ts"], outfile: "out/extension.js" });
if (tests) {
  await build({
    ...shared,
    entryPoints: { unit: "src/test/unit/all.ts" },
    outdir: "out/test",
  });
}
