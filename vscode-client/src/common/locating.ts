/** Finds the server: the first of several ways to start Leakwise that works and is new enough. */
import { execFile } from "node:child_process";
import { OLDEST, isOlder, versionIn } from "./version";

export type Origin = "setting" | "environment" | "bundled" | "path";

/** A way to start Leakwise: `command ...args server` is its server. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly origin: Origin;
  /** Where it comes from, in words for a person. */
  readonly from: string;
}

export interface Server extends Launch {
  readonly version: string;
}

export type Reason = "missing" | "old" | "failed";

export interface Rejected {
  readonly launch: Launch;
  readonly reason: Reason;
  /** What it printed or which version it is. */
  readonly detail: string;
}

export interface Search {
  readonly server: Server | undefined;
  /** What came before it in the order, and why it was not taken. */
  readonly rejected: readonly Rejected[];
}

/** Asks each way in turn for its version, until one will do. */
export async function locate(ways: readonly Launch[], folder: string): Promise<Search> {
  const rejected: Rejected[] = [];
  for (const launch of ways) {
    const answer = await run(launch.command, [...launch.args, "--version"], folder);
    const version = answer.failed ? undefined : versionIn(answer.output);
    if (version === undefined) {
      rejected.push({ launch, reason: reasonOf(answer), detail: answer.output.trim() });
    } else if (isOlder(version, OLDEST)) {
      rejected.push({ launch, reason: "old", detail: version });
    } else {
      return { server: { ...launch, version }, rejected };
    }
  }
  return { server: undefined, rejected };
}

function reasonOf(answer: Answer): Reason {
  const missing = answer.absent || /No module named '?leakwise'?$/m.test(answer.output);
  return missing ? "missing" : "failed";
}

interface Answer {
  readonly output: string;
  readonly failed: boolean;
  /** Whether there is no such program. */
  readonly absent: boolean;
}

/** What a program prints. It runs in `folder`, which must not be the workspace: with `-m`, Python
 * takes modules from there. */
export function run(
  command: string,
  args: readonly string[],
  folder: string,
  seconds = 30,
): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(
      command,
      args,
      { cwd: folder, timeout: seconds * 1000, windowsHide: true, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const why = error !== null && stderr.trim() === "" ? error.message : stderr;
        resolve({
          output: error === null ? stdout : why,
          failed: error !== null,
          absent: error !== null && error.code === "ENOENT",
        });
      },
    );
  });
}
