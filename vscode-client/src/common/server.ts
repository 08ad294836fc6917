/** The running server: started, watched, stopped. */
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  State,
  type CloseHandlerResult,
  type ErrorHandler,
  type ExecuteCommandSignature,
  type StaticFeature,
} from "vscode-languageclient/node";
import type { Server } from "./locating";
import type { Logs } from "./logger";
import { initializationOptions } from "./settings";

/** Python in files, in documents that are not saved yet, and in the cells of notebooks. */
export const SELECTOR = [
  { scheme: "file", language: "python" },
  { scheme: "untitled", language: "python" },
  { scheme: "vscode-notebook", language: "python" },
  { scheme: "vscode-notebook-cell", language: "python" },
];

const SHOW_RULE_PAGE = "leakwise.showRulePage";
const PRINT_DEBUG_INFORMATION = "leakwise.printDebugInformation";

/** A server that ends so often within so many milliseconds is not started again by itself. */
const ENDS = 5;
const WITHIN = 3 * 60 * 1000;

export interface Listener {
  running(server: Server): void;
  /** It ended and is started again. */
  restarting(): void;
  /** It ended too often. */
  gaveUp(): void;
  /** The page of a rule was asked for by a code action. */
  page(result: unknown): void;
}

/** A language client and its server, from start to stop. */
export class RunningServer {
  private readonly client: LanguageClient;

  constructor(
    readonly server: Server,
    folder: string,
    logs: Logs,
    listener: Listener,
  ) {
    const { command, args } = server;
    this.client = new LanguageClient(
      "leakwise",
      "Leakwise",
      // Not in the workspace: Python would take modules from there.
      { command, args: [...args, "server"], options: { cwd: folder } },
      {
        documentSelector: SELECTOR,
        outputChannel: logs.main,
        traceOutputChannel: logs.trace,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        initializationOptions,
        errorHandler: new Ends(listener),
        middleware: {
          executeCommand: async (name, given: unknown[], next: ExecuteCommandSignature) => {
            const result: unknown = await next(name, given);
            if (name === SHOW_RULE_PAGE) {
              listener.page(result);
            }
            return result;
          },
        },
      },
    );
    this.client.registerFeature(ownCapabilities());
    this.client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        listener.running(server);
      }
    });
  }

  async start(): Promise<void> {
    await this.client.start();
  }

  /** Ends the server, also one that does not answer. */
  async stop(): Promise<void> {
    try {
      await this.client.dispose(3000);
    } catch {
      // It did not start, or has ended by itself.
    }
  }

  /** The page of a rule, by its code or name. */
  async page(code: string): Promise<unknown> {
    return this.execute(SHOW_RULE_PAGE, [code]);
  }

  /** What the server says of itself; undefined when it cannot. */
  async debugInformation(): Promise<unknown> {
    const offered = this.client.initializeResult?.capabilities.executeCommandProvider?.commands;
    return offered?.includes(PRINT_DEBUG_INFORMATION)
      ? this.execute(PRINT_DEBUG_INFORMATION, [])
      : undefined;
  }

  private async execute(command: string, args: unknown[]): Promise<unknown> {
    return this.client.sendRequest("workspace/executeCommand", { command, arguments: args });
  }
}

/**
 * Tells the server that pages are shown here, from what its command gives, and that VS Code itself
 * puts the findings of a place above what is told of it.
 */
function ownCapabilities(): StaticFeature {
  return {
    fillClientCapabilities(capabilities) {
      const others = capabilities.experimental as Record<string, unknown> | undefined;
      capabilities.experimental = { ...others, showsRulePages: true, showsFindingsOnHover: true };
    },
    initialize() {
      // Nothing is to be registered.
    },
    getState() {
      return { kind: "static" };
    },
    clear() {
      // Nothing is kept.
    },
  };
}

class Ends implements ErrorHandler {
  private readonly times: number[] = [];

  constructor(private readonly listener: Listener) {}

  error(): { action: ErrorAction; handled: boolean } {
    return { action: ErrorAction.Continue, handled: true };
  }

  closed(): CloseHandlerResult {
    const now = Date.now();
    this.times.push(now);
    const lately = this.times.filter((time) => now - time < WITHIN);
    if (lately.length >= ENDS) {
      this.listener.gaveUp();
      return { action: CloseAction.DoNotRestart, handled: true };
    }
    this.listener.restarting();
    return { action: CloseAction.Restart, handled: true };
  }
}
