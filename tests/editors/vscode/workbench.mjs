// VS Code in a browser: starting its server, and what a person does and sees.
import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { createRequire } from "node:module";

const { EDITORS, CHROMIUM = "/usr/bin/chromium" } = process.env;
const require = createRequire(path.join(EDITORS, "pw", "package.json"));
const { chromium } = require("playwright-core");
const CODE = path.join(EDITORS, "server/node_modules/code-server/lib/vscode/out/server-main.js");

const QUIET = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "extensions.ignoreRecommendations": true,
  "extensions.autoUpdate": false,
  "telemetry.telemetryLevel": "off",
  "editor.minimap.enabled": false,
  "chat.commandCenter.enabled": false,
  "files.autoSave": "off",
};

/** Starts VS Code's server with the extension installed; gives its process and address. */
export async function startServer(folder, vsix, { trusts = false, env = {}, settings = {} } = {}) {
  fs.mkdirSync(path.join(folder, "data/Machine"), { recursive: true });
  fs.writeFileSync(
    path.join(folder, "data/Machine/settings.json"),
    JSON.stringify({ ...QUIET, ...settings }),
  );
  const log = fs.openSync(path.join(folder, "server.log"), "a");
  const common = [CODE, "--server-data-dir", folder, "--extensions-dir", path.join(folder, "ext")];
  common.push("--accept-server-license-terms");
  const run = (args) =>
    spawn(process.execPath, [...common, ...args], {
      stdio: ["ignore", log, log],
      // Else VS Code asks a login shell for the environment, which knows another PATH.
      env: { ...process.env, VSCODE_CLI: "1", ...env },
    });
  if (vsix) {
    const status = await new Promise((done) => run(["--install-extension", vsix]).on("exit", done));
    if (status !== 0) throw new Error("the extension could not be installed");
  }
  const port = await freePort();
  const listening = ["--host", "127.0.0.1", "--port", String(port), "--without-connection-token"];
  const trust = trusts ? ["--disable-workspace-trust"] : [];
  const flags = ["--telemetry-level", "off", "--enable-smoke-test-driver"];
  const child = run([...listening, ...trust, ...flags]);
  await until(async () => (await fetch(`http://127.0.0.1:${port}/`).catch(() => null))?.ok, 60);
  return { child, address: `127.0.0.1:${port}`, stop: () => stop(child) };
}

async function stop(child) {
  const all = [...descendants(child.pid), child.pid];
  const gone = new Promise((done) => child.on("exit", done));
  for (const pid of all) {
    try {
      process.kill(pid, "SIGTERM");
    } catch {
      // It has ended with its parent.
    }
  }
  await Promise.race([gone, new Promise((done) => setTimeout(done, 5000).unref())]);
  child.kill("SIGKILL");
}

function freePort() {
  return new Promise((done) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

export async function openBrowser() {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
  args.push("--disable-background-networking", "--disable-component-update", "--disable-sync");
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args });
}

/** Waits until a question is answered by something true, and gives that. */
export async function until(question, seconds = 20, what = question.toString()) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** The processes below a process, each with its command line. */
export function descendants(root) {
  const parents = new Map();
  for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf-8");
      parents.set(Number(pid), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const below = (pid) =>
    [...parents].filter(([, parent]) => parent === pid).flatMap(([one]) => [one, ...below(one)]);
  return below(root);
}

/** The language servers below a process. */
export function leakwiseServers(root) {
  return descendants(root).filter((pid) => {
    try {
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, "utf-8").split("\0");
      return words.includes("server") && words.some((word) => /leakwise|start\.py/.test(word));
    } catch {
      return false;
    }
  });
}

/** A window of VS Code, by what is seen in it. */
export class Workbench {
  constructor(page, shots) {
    this.page = page;
    this.shots = shots;
  }

  static async open(browser, address, folder, shots) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: "en-US" });
    page.setDefaultTimeout(20_000);
    // Only the first finding waits for everything to start.
    await page.goto(`http://${address}/?folder=${encodeURIComponent(folder)}`, { timeout: 60_000 });
    return new Workbench(page, shots);
  }

  async shot(name) {
    await this.page.screenshot({ path: path.join(this.shots, `${name}.png`) });
  }

  async openFile(name, first = ".editor-instance .view-line") {
    const row = this.page.locator(".explorer-folders-view .monaco-list-row", { hasText: name });
    await row.first().dblclick();
    await this.page.waitForSelector(`.tab.active[data-resource-name="${name}"]`);
    await this.page.waitForSelector(first);
  }

  async command(title) {
    await this.page.keyboard.press("F1");
    const input = this.page.locator(".quick-input-widget:visible input.input");
    await input.fill(`>${title}`);
    const row = this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first();
    await row.click();
  }

  async squiggle(kind = "warning") {
    await this.page.waitForSelector(`.squiggly-${kind}`, { state: "attached" });
  }

  async noSquiggle(kind = "warning") {
    await this.page.waitForSelector(`.squiggly-${kind}`, { state: "detached" });
  }

  /** Waits until the active editor shows a text that fits. */
  async shows(pattern) {
    const lines = this.page.locator(".editor-instance .view-lines").first();
    await until(async () => pattern.test((await lines.innerText()).replaceAll("\u00a0", " ")));
  }

  /** Puts the cursor to a line and column of the active editor, from 1. */
  async goTo(line, column) {
    await this.page.keyboard.press("Control+g");
    const input = this.page.locator(".quick-input-widget:visible input.input");
    await input.fill(`:${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await this.page.waitForSelector(".quick-input-widget", { state: "hidden" });
  }

  /** The titles in the menu of code actions at the cursor, which stays open. */
  async actions() {
    // The light bulb's menu holds what the server knows of; before that it says there is nothing.
    return until(async () => {
      await this.page.keyboard.press("Control+.");
      const rows = this.page.locator(".action-widget .monaco-list-row.action");
      try {
        await rows.first().waitFor({ timeout: 3000 });
      } catch {
        return false;
      }
      return rows.allInnerTexts();
    });
  }

  /** Chooses in the open menu of code actions. */
  async choose(title) {
    const titles = await this.page.locator(".action-widget .monaco-list-row.action").allInnerTexts();
    const index = titles.findIndex((one) => one.includes(title));
    if (index < 0) throw new Error(`no ${title} among ${titles.join(", ")}`);
    const focused = this.page.locator(".action-widget .monaco-list-row.action.focused");
    await until(async () => {
      if ((await focused.innerText()).includes(title)) return true;
      await this.page.keyboard.press("ArrowDown");
      return false;
    });
    await this.page.keyboard.press("Enter");
  }

  async save() {
    await this.page.keyboard.press("Control+s");
  }
}
