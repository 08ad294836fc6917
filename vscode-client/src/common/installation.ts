/** Installs Leakwise into an environment, when the user has asked for it. */
import * as vscode from "vscode";
import { run } from "./locating";
import type { Environment } from "./python";

/** Whether it is installed now; what pip printed is in the log. */
export async function install(
  environment: Environment,
  folder: string,
  log: vscode.LogOutputChannel,
): Promise<boolean> {
  const args = ["-m", "pip", "install", "--upgrade", "leakwise"];
  log.info(`Installing: ${environment.python} ${args.join(" ")}`);
  const answer = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Installing Leakwise into ${environment.name}`,
    },
    () => run(environment.python, args, folder, 600),
  );
  log.info(answer.output);
  if (!answer.failed) {
    return true;
  }
  const why = /No module named '?pip'?/.test(answer.output)
    ? "it has no pip. Install it by your tool, for example with `uv pip install leakwise`."
    : "pip failed; the log says why.";
  void vscode.window
    .showErrorMessage(`Leakwise could not be installed into ${environment.name}: ${why}`, SHOW_LOG)
    .then((choice) => {
      if (choice === SHOW_LOG) {
        log.show();
      }
    });
  return false;
}

export const SHOW_LOG = "Show Log";
