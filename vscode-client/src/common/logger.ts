/** The log that a user reads under Output: "Leakwise", and the messages of the protocol beside it. */
import * as vscode from "vscode";

export class Logs implements vscode.Disposable {
  readonly main = vscode.window.createOutputChannel("Leakwise", { log: true });
  /** Holds every message to and from the server, when its level is set to Trace. */
  readonly trace = vscode.window.createOutputChannel("Leakwise Trace", { log: true });

  dispose(): void {
    this.main.dispose();
    this.trace.dispose();
  }
}
