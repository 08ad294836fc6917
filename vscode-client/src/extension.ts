/** Leakwise in VS Code: starts its language server, and restarts it when what it rests on changes. */
import * as vscode from "vscode";
import { registerCommands } from "./common/commands";
import { Logs } from "./common/logger";
import { PythonEnvironments } from "./common/python";
import { RulePages, pageFrom, type Page } from "./common/rulePages";
import { Scan } from "./common/scan";
import { SELECTOR } from "./common/server";
import { Session } from "./common/session";
import { needsRestart } from "./common/settings";
import { Status } from "./common/status";

let session: Session | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const logs = new Logs();
  const status = new Status(SELECTOR);
  const environments = new PythonEnvironments(logs.main);
  const scan = new Scan(context.extensionPath, logs.main);
  const pages = new RulePages(async (code) => {
    const page = pageFrom(await started.running().page(code));
    if (page === undefined) {
      throw new Error(`The server gives no page of ${code}.`);
    }
    return page;
  });
  const shown = (result: unknown): void => {
    const page: Page | undefined = pageFrom(result);
    if (page !== undefined) {
      void pages.show(page);
    }
  };
  const started = new Session(context.extensionPath, logs, status, environments, shown);
  session = started;
  const restart = (): void => {
    void started.restart();
  };
  const { version } = context.extension.packageJSON as { version: string };
  context.subscriptions.push(
    logs,
    status,
    environments,
    scan,
    pages,
    registerCommands(started, pages, scan, logs, version),
    environments.onDidChange(restart),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (needsRestart(event)) {
        restart();
      }
    }),
  );
  await started.restart();
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}
