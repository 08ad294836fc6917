/** The item in the language status of Python editors: version, environment and state. */
import * as vscode from "vscode";
import type { Server } from "./locating";

export class Status implements vscode.Disposable {
  private readonly item: vscode.LanguageStatusItem;

  constructor(selector: vscode.DocumentSelector) {
    this.item = vscode.languages.createLanguageStatusItem("leakwise", selector);
    this.item.name = "Leakwise";
    this.item.command = { command: "leakwise.showLog", title: "Show Log" };
    this.starting();
  }

  starting(): void {
    this.show("Leakwise", "is starting", vscode.LanguageStatusSeverity.Information, true);
  }

  running(server: Server): void {
    const text = `Leakwise ${server.version}`;
    this.show(text, server.from, vscode.LanguageStatusSeverity.Information, false);
  }

  stopped(why: string): void {
    this.show("Leakwise", why, vscode.LanguageStatusSeverity.Error, false);
  }

  private show(
    text: string,
    detail: string,
    severity: vscode.LanguageStatusSeverity,
    busy: boolean,
  ): void {
    this.item.text = text;
    this.item.detail = detail;
    this.item.severity = severity;
    this.item.busy = busy;
  }

  dispose(): void {
    this.item.dispose();
  }
}
