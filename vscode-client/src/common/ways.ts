/** The ways to start Leakwise, in the order in which they are tried. */
import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as vscode from "vscode";
import type { Launch } from "./locating";
import type { Environment, PythonEnvironments } from "./python";
import { onPath } from "./search";
import type { StartSettings } from "./settings";

/** What a user gets who must choose or install: the ways, and the environment to install into. */
export interface Ways {
  readonly ways: readonly Launch[];
  readonly environment: Environment | undefined;
  /** Whether there is any Python at all. */
  readonly python: boolean;
}

/**
 * `leakwise.path`, the selected environment, the copy that came with the extension, PATH. In an
 * untrusted workspace its environment is not asked for: it may lie in the workspace.
 */
export async function waysToStart(
  settings: StartSettings,
  environments: PythonEnvironments,
  extension: string,
): Promise<Ways> {
  const avoided = vscode.workspace.isTrusted ? [] : workspaceFolders();
  const environment = await chosen(settings, environments);
  const python = environment?.python ?? (await anyPython(avoided));
  const ways: Launch[] = settings.path.map((command) => ({
    command,
    args: [],
    origin: "setting",
    from: `leakwise.path: ${command}`,
  }));
  if (environment !== undefined) {
    const { python: command, name } = environment;
    ways.push({ command, args: ["-m", "leakwise"], origin: "environment", from: name });
  }
  const bundled = path.join(extension, "bundled", "start.py");
  if (python !== undefined && (await exists(bundled))) {
    // Isolated, so that nothing of the environment stands before the libraries that are bundled.
    ways.push({
      command: python,
      args: ["-I", bundled],
      origin: "bundled",
      from: "bundled with the extension",
    });
  }
  const command = await onPath("leakwise", avoided);
  if (command !== undefined) {
    ways.push({ command, args: [], origin: "path", from: command });
  }
  return { ways, environment, python: python !== undefined };
}

async function chosen(
  settings: StartSettings,
  environments: PythonEnvironments,
): Promise<Environment | undefined> {
  for (const python of settings.interpreter) {
    if (await exists(python)) {
      return { python, name: python };
    }
  }
  return vscode.workspace.isTrusted ? environments.selected() : undefined;
}

async function anyPython(avoided: readonly string[]): Promise<string | undefined> {
  for (const name of ["python3", "python"]) {
    const found = await onPath(name, avoided);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function workspaceFolders(): string[] {
  return (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
}

async function exists(file: string): Promise<boolean> {
  try {
    return (await fs.stat(file)).isFile();
  } catch {
    return false;
  }
}
