/** What is said when there is no server, and what the user can do about it. */
import type { Rejected, Search } from "./locating";
import type { Environment } from "./python";
import { OLDEST } from "./version";

export type Remedy =
  | "Install"
  | "Upgrade"
  | "Select Interpreter"
  | "Open Settings"
  | "Manage Workspace Trust"
  | "Show Log";

export interface Complaint {
  readonly text: string;
  readonly remedies: readonly Remedy[];
}

export interface Situation {
  readonly search: Search;
  readonly environment: Environment | undefined;
  /** Whether any Python was found. */
  readonly python: boolean;
  readonly trusted: boolean;
  /** Whether the Python extension is there to select an environment with. */
  readonly selectable: boolean;
}

/** The one message for a search that found nothing. */
export function complaint(situation: Situation): Complaint {
  const { search, environment, python, trusted, selectable } = situation;
  if (!trusted) {
    return {
      text:
        "Leakwise does not use this workspace's environment, because the workspace is not" +
        " trusted, and there is no other copy of Leakwise on PATH.",
      remedies: ["Manage Workspace Trust", "Show Log"],
    };
  }
  const old = search.rejected.find(({ reason }) => reason === "old");
  if (old !== undefined) {
    return {
      text: `${tooOld(old)} The extension needs ${OLDEST} or newer.`,
      remedies: old.launch.origin === "environment" ? ["Upgrade", "Show Log"] : ["Show Log"],
    };
  }
  const failed = search.rejected.find(
    ({ reason, launch }) => reason === "failed" && launch.origin !== "setting",
  );
  if (failed !== undefined) {
    const first = failed.detail.split("\n").at(-1) ?? "";
    return {
      text: `Leakwise (${failed.launch.from}) does not start: ${first} The log tells more.`,
      remedies: environment === undefined ? ["Show Log"] : ["Install", "Show Log"],
    };
  }
  if (environment !== undefined) {
    return {
      text: `Leakwise is not installed in ${environment.name}, nor found anywhere else.`,
      remedies: ["Install", "Show Log"],
    };
  }
  if (!python) {
    return {
      text:
        "No Python was found, and Leakwise needs Python 3.11 or newer. Install it, or say in" +
        " the setting leakwise.interpreter where it is.",
      remedies: selectable ? ["Select Interpreter", "Open Settings"] : ["Open Settings"],
    };
  }
  return {
    text:
      "Leakwise was not found. Install it with `pip install leakwise`, and select the environment" +
      " in the Python extension or say in the setting leakwise.path where it is.",
    remedies: selectable ? ["Select Interpreter", "Open Settings"] : ["Open Settings", "Show Log"],
  };
}

/** What is wrong with the settings of a search, whether it found a server or not. */
export function complaintOfSettings(search: Search): Complaint | undefined {
  const wrong = search.rejected.filter(({ launch }) => launch.origin === "setting");
  const served = search.server?.origin === "setting";
  const first = wrong[0];
  if (served || first === undefined) {
    return undefined;
  }
  const why =
    first.reason === "old" ? tooOld(first) : `${first.launch.command} cannot be run as Leakwise.`;
  return {
    text: `The setting leakwise.path is of no use: ${why}`,
    remedies: ["Open Settings", "Show Log"],
  };
}

function tooOld({ launch, detail }: Rejected): string {
  return `Leakwise ${detail} (${launch.from}) is too old.`;
}
