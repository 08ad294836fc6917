// Neither Python nor Leakwise anywhere: `node missing.mjs VSIX WORKSPACE FOLDER SHOTS PATH`.
import { Workbench, openBrowser, startServer } from "./workbench.mjs";

const [vsix, workspace, folder, shots, programs] = process.argv.slice(2);
const server = await startServer(folder, vsix, { trusts: true, env: { PATH: programs } });
const browser = await openBrowser();
const result = { step: "missing" };
let bench;
try {
  bench = await Workbench.open(browser, server.address, workspace, shots);
  bench.page.setDefaultTimeout(60_000);
  await bench.page.waitForSelector(".explorer-folders-view .monaco-list-row");
  await bench.openFile("train.py");
  const shown = bench.page.locator(".notification-list-item");
  await shown.first().waitFor();
  await bench.shot("missing");
  result.messages = await shown.allInnerTexts();
  await bench.page.locator("#status\\.languageStatus").click();
  const item = bench.page.locator(".hover-language-status", { hasText: "Leakwise" });
  await item.first().waitFor();
  result.status = await item.first().innerText();
  await bench.page.keyboard.press("Escape");
  await bench.command("Notifications: Clear All Notifications");
  await bench.command("Leakwise: Show Rule Page");
  await bench.page.locator(".quick-input-widget:visible input.input").fill("LP001");
  await bench.page.keyboard.press("Enter");
  await shown.first().waitFor();
  result.asked = await shown.allInnerTexts();
} catch (error) {
  result.error = String(error).slice(0, 2000);
  await bench?.shot("failed-missing").catch(() => undefined);
}
console.log(JSON.stringify(result));
await browser.close();
await server.stop();
