/** One server for the window: found, started, restarted, and told of when there is none. */
import * as vscode from "vscode";
import { PVSC_EXTENSION_ID } from "@vscode/python-extension";
import { complaint, complaintOfSettings, type Complaint, type Remedy } from "./complaints";
import { install } from "./installation";
import { locate, type Search, type Server } from "./locating";
import type { Logs } from "./logger";
import type { Environment, PythonEnvironments } from "./python";
import { Restarts } from "./restarts";
import { RunningServer, type Listener } from "./server";
import { startSettings } from "./settings";
import type { Status } from "./status";
import { waysToStart } from "./ways";

export class Session {
  private readonly restarts = new Restarts(() => this.restartOnce());
  private current: RunningServer | undefined;
  private search: Search | undefined;
  private ended = false;

  constructor(
    private readonly folder: string,
    private readonly logs: Logs,
    private readonly status: Status,
    private readonly environments: PythonEnvironments,
    private readonly showPage: (result: unknown) => void,
  ) {}

  /** Looks for a server anew and starts it, after the one that runs now has ended. */
  async restart(): Promise<void> {
    return this.restarts.request();
  }

  async stop(): Promise<void> {
    this.ended = true;
    await this.restarts.request();
  }

  /**
   * The server that runs.
   *
   * @throws Error when there is none.
   */
  running(): RunningServer {
    if (this.current === undefined) {
      throw new Error("no server is running; the log says why.");
    }
    return this.current;
  }

  /** What a report of a defect should say. */
  async report(): Promise<string[]> {
    const lines = (this.search?.rejected ?? []).map(
      ({ launch, reason, detail }) => `Not taken: ${launch.from} (${reason}) ${detail}`,
    );
    if (this.current === undefined) {
      return [...lines, "No server is running."];
    }
    const { command, args, version, from } = this.current.server;
    lines.push(`Server ${version} (${from}): ${[command, ...args].join(" ")}`);
    const own = await this.current.debugInformation();
    return typeof own === "string" ? [...lines, own] : lines;
  }

  private async restartOnce(): Promise<void> {
    const before = this.current;
    this.current = undefined;
    await before?.stop();
    if (this.ended) {
      return;
    }
    this.status.starting();
    const found = await waysToStart(startSettings(), this.environments, this.folder);
    this.search = await locate(found.ways, this.folder);
    this.logSearch(this.search);
    const { server } = this.search;
    if (server === undefined) {
      this.status.stopped("not found");
      this.complain(complaint(this.situation(this.search, found)), found.environment);
      return;
    }
    const wrong = complaintOfSettings(this.search);
    if (wrong !== undefined) {
      this.complain(wrong, found.environment);
    }
    await this.start(server);
  }

  private async start(server: Server): Promise<void> {
    const started = new RunningServer(server, this.folder, this.logs, this.listener());
    this.current = started;
    try {
      await started.start();
    } catch (error) {
      this.current = undefined;
      await started.stop();
      this.logs.main.error(`The server does not start: ${String(error)}`);
      this.status.stopped("does not start");
      this.complain({
        text: `Leakwise ${server.version} (${server.from}) does not start. The log says why.`,
        remedies: ["Show Log"],
      });
    }
  }

  private listener(): Listener {
    return {
      running: (server) => {
        this.logs.main.info(`Leakwise ${server.version} runs (${server.from}).`);
        this.status.running(server);
      },
      restarting: () => {
        this.logs.main.warn("The server ended and is started again.");
        this.status.starting();
      },
      gaveUp: () => {
        this.logs.main.error("The server ended too often and is not started again.");
        this.status.stopped("ended too often");
        void vscode.window
          .showErrorMessage(
            "Leakwise ended several times and is not started again. Please report what the log says.",
            "Restart",
            "Show Log",
          )
          .then((choice) => {
            if (choice === "Restart") {
              void this.restart();
            } else if (choice === "Show Log") {
              this.logs.main.show();
            }
          });
      },
      page: this.showPage,
    };
  }

  private situation(
    search: Search,
    { environment, python }: { environment: Environment | undefined; python: boolean },
  ): Parameters<typeof complaint>[0] {
    const selectable = vscode.extensions.getExtension(PVSC_EXTENSION_ID) !== undefined;
    const trusted = vscode.workspace.isTrusted;
    return { search, environment, python, trusted, selectable };
  }

  /** Says what is wrong, once; the remedies are carried out only when they are chosen. */
  private complain({ text, remedies }: Complaint, environment?: Environment): void {
    this.logs.main.error(text);
    void vscode.window.showErrorMessage(text, ...remedies).then(async (choice) => {
      if (choice !== undefined) {
        await this.remedy(choice, environment);
      }
    });
  }

  private async remedy(choice: Remedy, environment: Environment | undefined): Promise<void> {
    switch (choice) {
      case "Install":
      case "Upgrade":
        if (
          environment !== undefined &&
          (await install(environment, this.folder, this.logs.main))
        ) {
          await this.restart();
        }
        break;
      case "Select Interpreter":
        await vscode.commands.executeCommand("python.setInterpreter");
        break;
      case "Open Settings":
        await vscode.commands.executeCommand("workbench.action.openSettings", "leakwise.");
        break;
      case "Manage Workspace Trust":
        await vscode.commands.executeCommand("workbench.trust.manage");
        break;
      case "Show Log":
        this.logs.main.show();
        break;
    }
  }

  private logSearch({ rejected }: Search): void {
    for (const { launch, reason, detail } of rejected) {
      this.logs.main.info(`Not taken: ${launch.from} (${reason}). ${detail}`);
    }
  }
}
