// A notebook in JupyterLab: `node jupyterlab.mjs URL SHOTS`. Prints what is seen as JSON.
import path from "node:path";
import { openBrowser } from "./vscode/workbench.mjs";

const [url, shots] = process.argv.slice(2);
const browser = await openBrowser();
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
page.setDefaultTimeout(90_000);
const found = { step: "notebook" };
try {
  await page.goto(url);
  const marks = page.locator(".jp-CodeCell .cm-lintRange, .jp-CodeCell .cm-lsp-diagnostic");
  await marks.first().waitFor({ state: "attached" });
  found.marked = await marks.first().textContent();
  await marks.first().click({ button: "right" });
  const item = page.locator(".lm-Menu-itemLabel", { hasText: "Show diagnostics panel" });
  await item.click();
  const panel = page.locator(".lsp-diagnostics-listing");
  await panel.filter({ hasText: "autograd" }).waitFor();
  found.panel = await panel.innerText();
} catch (error) {
  found.error = String(error);
}
await page.screenshot({ path: path.join(shots, "jupyterlab.png") });
console.log(JSON.stringify(found));
await browser.close();
