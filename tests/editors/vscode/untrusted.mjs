// A workspace that is not trusted: `node untrusted.mjs VSIX WORKSPACE FOLDER SHOTS`.
import { Workbench, leakwiseServers, openBrowser, startServer, until } from "./workbench.mjs";

const [vsix, workspace, folder, shots] = process.argv.slice(2);
const server = await startServer(folder, vsix);
const browser = await openBrowser();
const result = { step: "untrusted" };
let bench;
try {
  bench = await Workbench.open(browser, server.address, workspace, shots);
  bench.page.setDefaultTimeout(60_000);
  await bench.page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor();
  await bench.openFile("train.py");
  await bench.squiggle();
  await bench.page.locator("#status\\.languageStatus").click();
  const item = bench.page.locator(".hover-language-status", { hasText: "Leakwise" });
  await item.first().waitFor();
  await bench.shot("untrusted");
  result.status = await item.first().innerText();
  result.servers = await until(() => leakwiseServers(server.child.pid));
} catch (error) {
  result.error = String(error).slice(0, 2000);
  await bench?.shot("failed-untrusted").catch(() => undefined);
}
console.log(JSON.stringify(result));
await browser.close();
await server.stop();
