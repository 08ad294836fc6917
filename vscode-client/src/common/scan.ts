/**
 * Findings of all files of the workspace, by `leakwise check`. Of Python files the server tells them
 * in the Problems view, open or not; those of notebooks that are not open are shown from here.
 */
import { spawn } from "node:child_process";
import * as vscode from "vscode";
import type { Server } from "./locating";
import { byFile, type FileFindings, type Found } from "./checked";
import { configOptions } from "./configuration";
import { initializationOptions } from "./settings";

const SEVERITIES: Readonly<Record<string, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

export class Scan implements vscode.Disposable {
  private readonly found = vscode.languages.createDiagnosticCollection("leakwise-scan");
  // The server tells of open notebooks, as they are now.
  private readonly opened = vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument(({ uri }) => {
      this.found.delete(uri);
    }),
    vscode.workspace.onDidOpenNotebookDocument(({ uri }) => {
      this.found.delete(uri);
    }),
  );

  constructor(
    private readonly folder: string,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** How many findings there are in files that are not open; undefined when it was cancelled. */
  async run(server: Server, folders: readonly string[]): Promise<number | undefined> {
    return vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: "Leakwise is scanning the workspace",
        cancellable: true,
      },
      async (_, token) => {
        const output = await this.check(server, folders, token);
        if (output === undefined) {
          return undefined;
        }
        const files = await byFile(output);
        this.found.clear();
        const { textDocuments, notebookDocuments } = vscode.workspace;
        const open = new Set([...textDocuments, ...notebookDocuments].map(({ uri }) => uri.fsPath));
        let count = 0;
        for (const file of files.filter(({ path }) => !open.has(path))) {
          if (file.path.endsWith(".ipynb")) {
            this.found.set(vscode.Uri.file(file.path), diagnostics(file));
          }
          count += file.findings.length;
        }
        return count;
      },
    );
  }

  private async check(
    server: Server,
    folders: readonly string[],
    token: vscode.CancellationToken,
  ): Promise<string | undefined> {
    const settings = configOptions(initializationOptions());
    const args = [...server.args, "check", "--output-format", "json", ...settings, ...folders];
    // Not in the workspace: Python would take modules from there.
    const child = spawn(server.command, args, { cwd: this.folder, windowsHide: true });
    const cancelled = token.onCancellationRequested(() => child.kill());
    try {
      const [output, status] = await new Promise<[string, number | null]>((resolve, reject) => {
        let output = "";
        child.stdout.setEncoding("utf-8").on("data", (text: string) => (output += text));
        child.stderr.setEncoding("utf-8").on("data", (text: string) => {
          this.log.warn(text.trim());
        });
        child.on("error", reject);
        child.on("close", (code) => {
          resolve([output, code]);
        });
      });
      if (token.isCancellationRequested) {
        return undefined;
      }
      if (status !== 0 && status !== 1) {
        throw new Error(`leakwise check ended with status ${status ?? "unknown"}`);
      }
      return output;
    } finally {
      cancelled.dispose();
    }
  }

  dispose(): void {
    this.opened.dispose();
    this.found.dispose();
  }
}

function diagnostics(file: FileFindings): vscode.Diagnostic[] {
  return file.findings.map((found) => {
    const diagnostic = new vscode.Diagnostic(
      range(found),
      found.message,
      SEVERITIES[found.severity] ?? vscode.DiagnosticSeverity.Warning,
    );
    diagnostic.source = "leakwise";
    diagnostic.code = { value: found.code, target: vscode.Uri.parse(found.url) };
    diagnostic.relatedInformation = found.related.map(
      (place) =>
        new vscode.DiagnosticRelatedInformation(
          new vscode.Location(vscode.Uri.file(place.path), range(place)),
          place.message,
        ),
    );
    return diagnostic;
  });
}

function range({ start, end }: Pick<Found, "start" | "end">): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
