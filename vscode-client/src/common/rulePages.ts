/** Pages of rules, shown as Markdown previews. The server gives their text. */
import * as vscode from "vscode";

const SCHEME = "leakwise-rule";

export interface Page {
  readonly code: string;
  readonly name: string;
  readonly markdown: string;
}

/** Asks the server for a rule's page. */
export type Asked = (code: string) => Promise<Page>;

export class RulePages implements vscode.Disposable, vscode.TextDocumentContentProvider {
  private readonly registration: vscode.Disposable;
  private readonly known = new Map<string, Page>();

  constructor(private readonly ask: Asked) {
    this.registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  }

  async show(page: Page): Promise<void> {
    this.known.set(page.code, page);
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${page.code} ${page.name}.md` });
    await vscode.commands.executeCommand("markdown.showPreview", uri);
  }

  /** Also called when VS Code opens the page again after a restart. */
  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const code = uri.path.slice(1).split(" ", 1)[0] ?? "";
    const page = this.known.get(code) ?? (await this.ask(code));
    return page.markdown;
  }

  dispose(): void {
    this.registration.dispose();
  }
}

/** What `leakwise.showRulePage` gives; undefined when it is something else. */
export function pageFrom(result: unknown): Page | undefined {
  if (typeof result !== "object" || result === null) {
    return undefined;
  }
  const { code, name, markdown } = result as Record<string, unknown>;
  const whole = typeof code === "string" && typeof name === "string";
  return whole && typeof markdown === "string" ? { code, name, markdown } : undefined;
}

/** The codes of Leakwise's findings at the cursor, or else of those in the file. */
export function codesAt(editor: vscode.TextEditor): string[] {
  const found = vscode.languages
    .getDiagnostics(editor.document.uri)
    .filter((diagnostic) => diagnostic.source === "leakwise");
  const here = found.filter((diagnostic) => diagnostic.range.intersection(editor.selection));
  const codes = (here.length > 0 ? here : found).map(codeOf);
  return [...new Set(codes)].filter((code) => code !== "");
}

function codeOf(diagnostic: vscode.Diagnostic): string {
  const { code } = diagnostic;
  return String(typeof code === "object" ? code.value : (code ?? ""));
}
