/** The commands of the palette. */
import * as vscode from "vscode";
import { SHOW_LOG } from "./installation";
import type { Logs } from "./logger";
import { codesAt, pageFrom, type RulePages } from "./rulePages";
import type { Scan } from "./scan";
import type { Session } from "./session";

export function registerCommands(
  session: Session,
  pages: RulePages,
  scan: Scan,
  logs: Logs,
  version: string,
): vscode.Disposable {
  const commands: Record<string, (...args: unknown[]) => Promise<unknown>> = {
    "leakwise.restart": () => session.restart(),
    "leakwise.showLog": () => {
      logs.main.show();
      return Promise.resolve();
    },
    "leakwise.showRule": async (code) => showRule(session, pages, code),
    "leakwise.fixAll": () => fixAll(),
    "leakwise.scan": async () => scanWorkspace(session, scan),
    "leakwise.debugInformation": async () => debugInformation(session, version),
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, run]) =>
      vscode.commands.registerCommand(name, async (...args: unknown[]) => {
        try {
          return await run(...args);
        } catch (error) {
          logs.main.error(`${name}: ${String(error)}`);
          const why = error instanceof Error ? error.message : String(error);
          void vscode.window.showErrorMessage(`Leakwise: ${why}`, SHOW_LOG).then((choice) => {
            if (choice === SHOW_LOG) {
              logs.main.show();
            }
          });
          return undefined;
        }
      }),
    ),
  );
}

async function showRule(session: Session, pages: RulePages, given: unknown): Promise<void> {
  const code = typeof given === "string" ? given : await chosenRule();
  if (code === undefined) {
    return;
  }
  const page = pageFrom(await session.running().page(code));
  if (page !== undefined) {
    await pages.show(page);
  }
}

async function chosenRule(): Promise<string | undefined> {
  const editor = vscode.window.activeTextEditor;
  const codes = editor === undefined ? [] : codesAt(editor);
  if (codes.length === 1) {
    return codes[0];
  }
  return codes.length > 0
    ? vscode.window.showQuickPick(codes, { title: "Show the page of a rule" })
    : vscode.window.showInputBox({
        title: "Show the page of a rule",
        prompt: "The rule's code or name",
        placeHolder: "LP001",
      });
}

async function fixAll(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== "python") {
    throw new Error("open a Python file first; its safe fixes are then applied.");
  }
  const { document } = editor;
  const kind = vscode.CodeActionKind.SourceFixAll.append("leakwise");
  const whole = new vscode.Range(0, 0, document.lineCount, 0);
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    "vscode.executeCodeActionProvider",
    document.uri,
    whole,
    kind.value,
    1,
  );
  const edit = actions.find((action) => action.edit !== undefined)?.edit;
  if (edit === undefined) {
    void vscode.window.showInformationMessage("Leakwise: nothing here has a safe fix.");
  } else if (!(await vscode.workspace.applyEdit(edit))) {
    throw new Error("the file changed meanwhile; try again.");
  }
}

async function scanWorkspace(session: Session, scan: Scan): Promise<void> {
  const folders = (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === "file")
    .map(({ uri }) => uri.fsPath);
  if (folders.length === 0) {
    throw new Error("open a folder first; all of its files are then checked.");
  }
  const count = await scan.run(session.running().server, folders);
  if (count !== undefined) {
    const findings = count === 1 ? "1 finding" : `${count} findings`;
    void vscode.window.showInformationMessage(`Leakwise: ${findings} in files that are not open.`);
    if (count > 0) {
      await vscode.commands.executeCommand("workbench.actions.view.problems");
    }
  }
}

async function debugInformation(session: Session, version: string): Promise<void> {
  const text = [
    `Leakwise extension ${version} in ${vscode.env.appName} ${vscode.version}`,
    `Remote: ${vscode.env.remoteName ?? "none"}; workspace ` +
      (vscode.workspace.isTrusted ? "trusted" : "not trusted"),
    ...(await session.report()),
  ].join("\n");
  const document = await vscode.workspace.openTextDocument({ content: `${text}\n` });
  await vscode.window.showTextDocument(document);
}
