// What a person sees and does in VS Code: `node ui.mjs VSIX WORKSPACE FOLDER SHOTS`.
// Prints one line of JSON for each step: its name, and the error where it failed.
import fs from "node:fs";
import path from "node:path";
import { Workbench, leakwiseServers, openBrowser, startServer, until } from "./workbench.mjs";

const [vsix, workspace, folder, shots] = process.argv.slice(2);
const tell = (result) => console.log(JSON.stringify(result));
const server = await startServer(folder, vsix, { trusts: true });
const browser = await openBrowser();
let bench;

async function step(name, run) {
  const begin = Date.now();
  try {
    const found = await run();
    tell({ step: name, seconds: (Date.now() - begin) / 1000, found });
  } catch (error) {
    await bench?.shot(`failed-${name}`).catch(() => undefined);
    tell({ step: name, error: String(error).slice(0, 2000) });
    await bench?.page.keyboard.press("Escape");
  }
}

const setting = (settings) => {
  const file = path.join(workspace, ".vscode/settings.json");
  fs.writeFileSync(file, JSON.stringify(settings));
};

await step("squiggle", async () => {
  bench = await Workbench.open(browser, server.address, workspace, shots);
  await bench.page.waitForSelector(".explorer-folders-view .monaco-list-row", {
    timeout: 60_000,
  });
  await bench.openFile("train.py");
  await bench.page.waitForSelector(".squiggly-warning", { state: "attached", timeout: 60_000 });
  await bench.page.waitForTimeout(500);
  await bench.shot("squiggle");
});

await step("problems", async () => {
  await bench.page.keyboard.press("Control+Shift+M");
  const rows = bench.page.locator(".markers-panel .monaco-list-row");
  await rows.first().waitFor();
  const twistie = bench.page.locator(".markers-panel .monaco-tl-twistie.collapsible.collapsed");
  await until(async () => {
    if ((await rows.count()) >= 4) return true;
    if (await twistie.count()) await twistie.last().click();
    return false;
  });
  const texts = (await rows.allInnerTexts()).join("\n");
  const link = await bench.page.locator(".markers-panel .monaco-list-row a[href]").first().getAttribute("href");
  await bench.shot("problems");
  return { texts, link };
});

await step("hover", async () => {
  const word = bench.page.locator(".editor-instance .view-line", { hasText: "total_loss += loss" });
  await bench.goTo(16, 21);
  await word.waitFor();
  await bench.command("Show or Focus Hover");
  await bench.page.waitForFunction(() =>
    [...document.querySelectorAll(".monaco-hover")].some((one) => /LP001/.test(one.innerText)),
  );
  await bench.page.waitForTimeout(300);
  await bench.shot("hover");
  const text = (await bench.page.locator(".monaco-hover:visible").allInnerTexts()).join("\n");
  await bench.page.keyboard.press("Escape");
  await bench.page.keyboard.press("Escape");
  return { text };
});

await step("latency", async () => {
  await bench.goTo(16, 23);
  const times = [];
  for (let round = 0; round < 8; round++) {
    await bench.page.keyboard.type("s");
    await bench.noSquiggle();
    await bench.page.evaluate(() => {
      window.leakwiseTime = new Promise((done) => {
        addEventListener(
          "keydown",
          () => {
            const begin = performance.now();
            const look = () =>
              document.querySelector(".squiggly-warning")
                ? done(performance.now() - begin)
                : requestAnimationFrame(look);
            look();
          },
          { capture: true, once: true },
        );
      });
    });
    await bench.page.keyboard.press("Backspace");
    times.push(await bench.page.evaluate(() => window.leakwiseTime));
  }
  times.sort((left, right) => left - right);
  return { median: times[times.length / 2], worst: times.at(-1) };
});

await step("ignore", async () => {
  await bench.goTo(16, 21);
  await bench.actions();
  await bench.shot("quick-fixes");
  await bench.choose("on this line");
  await bench.shows(/# leakwise: ignore\[/);
  await bench.noSquiggle();
  await bench.shot("ignored");
  await bench.page.keyboard.press("Control+z");
  await bench.squiggle();
});

await step("quick fix", async () => {
  await bench.goTo(16, 21);
  const titles = await bench.actions();
  await bench.choose(".item()");
  await bench.shows(/total_loss \+= loss\.item\(\)/);
  await bench.noSquiggle();
  await bench.shot("fixed");
  await bench.page.keyboard.press("Control+z");
  await bench.squiggle();
  return { titles };
});

await step("rule page", async () => {
  await bench.goTo(16, 21);
  await bench.command("Leakwise: Show Rule Page");
  await bench.page.waitForSelector('.tab.active[aria-label*="LP001"]');
  const seen = await until(async () => {
    for (const frame of bench.page.frames()) {
      const text = await frame.locator("body").innerText().catch(() => "");
      if (/Why it leaks/.test(text) && /Best practice/.test(text)) return text.slice(0, 300);
    }
    return undefined;
  });
  await bench.page.waitForTimeout(500);
  await bench.shot("rule-page");
  await bench.command("View: Close Editor");
  return { seen };
});

await step("status", async () => {
  await bench.goTo(16, 21);
  await bench.page.locator("#status\\.languageStatus").click();
  const item = bench.page.locator(".hover-language-status", { hasText: "Leakwise" });
  await item.first().waitFor();
  await bench.shot("status");
  const text = await item.first().innerText();
  await bench.page.keyboard.press("Escape");
  return { text };
});

await step("settings without restart", async () => {
  const before = leakwiseServers(server.child.pid);
  setting({ "leakwise.ignore": ["LP001"] });
  await bench.noSquiggle();
  setting({});
  await bench.squiggle();
  return { before, after: leakwiseServers(server.child.pid) };
});

await step("fix all on save", async () => {
  setting({ "[python]": { "editor.codeActionsOnSave": { "source.fixAll.leakwise": "explicit" } } });
  await bench.openFile("recording.py");
  await bench.squiggle("info");
  await bench.goTo(1, 1);
  await bench.page.keyboard.type("# Edited.\n");
  await until(async () => {
    await bench.save();
    return /max_entries=100_000/.test(fs.readFileSync(path.join(workspace, "recording.py"), "utf-8"));
  });
  await bench.noSquiggle("info");
  await bench.shot("fixed-on-save");
  setting({});
});

await step("scan", async () => {
  await bench.command("Leakwise: Scan Workspace");
  const found = bench.page.locator(".notification-list-item", { hasText: "files that are not open" });
  await found.first().waitFor();
  const rows = bench.page.locator(".markers-panel .monaco-list-row", { hasText: "unopened.py" });
  await rows.first().waitFor();
  const notebook = bench.page.locator(".markers-panel .monaco-list-row", { hasText: "cells.ipynb" });
  await notebook.first().waitFor();
  // The server tells of the Python file too, in its own time.
  await bench.page.waitForTimeout(3000);
  const counts = await rows.locator(".monaco-count-badge").allInnerTexts();
  await bench.shot("scan");
  const text = await found.first().innerText();
  await bench.command("Notifications: Clear All Notifications");
  return { text, counts };
});

await step("notebook", async () => {
  // The panel of problems would cover cells.
  await bench.page.keyboard.press("Control+j");
  await bench.page.waitForSelector(".markers-panel", { state: "hidden" });
  // VS Code knows notebooks once their extension is activated; until then they open as text.
  await until(async () => {
    await bench.openFile("cells.ipynb", ".editor-instance");
    const cell = bench.page.locator(".notebook-editor .cell").first();
    const shown = await cell.waitFor({ state: "attached", timeout: 4000 }).then(() => true, () => false);
    if (!shown) await bench.command("View: Close Editor");
    return shown;
  }, 40);
  const squiggle = bench.page.locator(".notebook-editor .squiggly-warning");
  await squiggle.first().waitFor({ state: "attached" });
  await bench.page.locator(".notebook-editor .view-line span", { hasText: "total_loss" }).last().click();
  await bench.page.waitForTimeout(300);
  await bench.shot("notebook");
});

await step("cells", async () => {
  const loop = bench.page.locator(".notebook-editor .view-line", { hasText: "total_loss +=" }).last();
  const focused = () => loop.locator("span", { hasText: "loss" }).last().click();
  const commanded = async (title) => {
    await focused();
    await bench.command(`Notebook: ${title}`);
  };
  await focused();
  const titles = await bench.actions();
  await bench.choose(".item()");
  await bench.noSquiggle();
  await bench.shot("cell-fixed");
  const fixed = await loop.innerText();
  await bench.page.keyboard.press("Control+z");
  await bench.squiggle();
  // What `loss` is can be told by its use in the cell itself.
  await commanded("Move Cell Up");
  const second = bench.page.locator(".notebook-editor .code-cell-row[data-index='1']");
  await second.locator(".squiggly-warning").first().waitFor({ state: "attached" });
  await bench.shot("cell-moved");
  await commanded("Change Cell to Markdown");
  await bench.noSquiggle();
  await bench.shot("cell-of-text");
  return { titles, fixed: fixed.replaceAll("\u00a0", " ") };
});

await step("server killed", async () => {
  await bench.openFile("train.py");
  await bench.squiggle();
  const before = await until(() => leakwiseServers(server.child.pid));
  for (const pid of before) process.kill(pid, "SIGKILL");
  const after = await until(() => {
    const found = leakwiseServers(server.child.pid).filter((pid) => !before.includes(pid));
    return found.length > 0 && found;
  });
  await bench.goTo(16, 23);
  await bench.page.keyboard.type("s");
  await bench.noSquiggle();
  await bench.page.keyboard.press("Backspace");
  await bench.squiggle();
  return { before, after };
});

await step("restarts", async () => {
  for (let round = 0; round < 3; round++) await bench.command("Leakwise: Restart Server");
  await until(() => leakwiseServers(server.child.pid).length === 1);
  await bench.squiggle();
  return { servers: leakwiseServers(server.child.pid) };
});

await step("wrong setting", async () => {
  await bench.page.keyboard.press("Control+Shift+M");
  const file = path.join(workspace, "leakwise.toml");
  fs.writeFileSync(file, '# Ours.\nmimimum-certainty = "sure"\n');
  const row = bench.page.locator(".markers-panel .monaco-list-row", { hasText: "no such setting" });
  await row.first().waitFor();
  await bench.shot("wrong-setting");
  const text = await row.first().innerText();
  fs.rmSync(file);
  await row.first().waitFor({ state: "detached" });
  return { text };
});

await browser.close();
await server.stop();
