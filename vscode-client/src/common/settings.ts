/** The extension's own settings, and what the server is told of all of them. */
import * as os from "node:os";
import * as vscode from "vscode";
import { withVariables } from "./variables";

export const SECTION = "leakwise";

/** Settings that decide which server runs; the server itself is told of all others while it runs. */
const OF_START = ["path", "interpreter"];

export interface StartSettings {
  /** Commands that start Leakwise, the first that exists is taken. */
  readonly path: readonly string[];
  /** The Python that runs Leakwise, instead of the one selected in the Python extension. */
  readonly interpreter: readonly string[];
}

/**
 * What decides which server runs. VS Code itself leaves out what an untrusted workspace says of
 * these, because they are restricted in `package.json`.
 */
export function startSettings(): StartSettings {
  const settings = vscode.workspace.getConfiguration(SECTION);
  return {
    path: resolved(settings.get<string[]>("path")),
    interpreter: resolved(settings.get<string[]>("interpreter")),
  };
}

export function needsRestart(event: vscode.ConfigurationChangeEvent): boolean {
  return OF_START.some((name) => event.affectsConfiguration(`${SECTION}.${name}`));
}

/** What was set by hand, for `initialize`; defaults are the server's own. */
export function initializationOptions(): Record<string, unknown> {
  const settings = vscode.workspace.getConfiguration(SECTION);
  const chosen: Record<string, unknown> = {};
  for (const name of Object.keys(settings)) {
    const found = settings.inspect(name);
    const set =
      found?.workspaceFolderValue ?? found?.workspaceValue ?? found?.globalValue ?? undefined;
    if (set !== undefined) {
      chosen[name] = settings.get(name);
    }
  }
  return chosen;
}

function resolved(values: readonly string[] | undefined): string[] {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  return (values ?? []).map((value) => withVariables(value, os.homedir(), folder, process.env));
}
