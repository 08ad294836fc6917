/** Pythons: the environment selected in the Python extension, and those on PATH. */
import * as vscode from "vscode";
import { PVSC_EXTENSION_ID, PythonExtension } from "@vscode/python-extension";

export interface Environment {
  /** The interpreter's path. */
  readonly python: string;
  /** What a person calls it. */
  readonly name: string;
}

/** The Python extension, where it is installed and answers; without it Leakwise works too. */
export class PythonEnvironments implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  /** Another environment was selected. */
  readonly onDidChange = this.changed.event;
  private api: Promise<PythonExtension | undefined> | undefined;
  private listener: vscode.Disposable | undefined;

  constructor(private readonly log: vscode.LogOutputChannel) {}

  /** The environment selected for the workspace; undefined without the Python extension. */
  async selected(): Promise<Environment | undefined> {
    const api = await (this.api ??= this.connect());
    if (api === undefined) {
      return undefined;
    }
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    try {
      const path = api.environments.getActiveEnvironmentPath(folder);
      const environment = await api.environments.resolveEnvironment(path);
      const python = environment?.executable.uri?.fsPath;
      if (environment === undefined || python === undefined) {
        return undefined;
      }
      return { python, name: environment.environment?.name ?? python };
    } catch (error) {
      this.log.warn(`The Python extension does not tell the selected environment: ${String(error)}`);
      return undefined;
    }
  }

  private async connect(): Promise<PythonExtension | undefined> {
    if (vscode.extensions.getExtension(PVSC_EXTENSION_ID) === undefined) {
      this.log.info("The Python extension is not installed; Leakwise is looked for elsewhere.");
      return undefined;
    }
    try {
      const api = await PythonExtension.api();
      this.listener = api.environments.onDidChangeActiveEnvironmentPath(() => {
        this.changed.fire();
      });
      return api;
    } catch (error) {
      this.log.warn(`The Python extension does not answer: ${String(error)}`);
      return undefined;
    }
  }

  dispose(): void {
    this.listener?.dispose();
    this.changed.dispose();
  }
}
