/** Programs on PATH. */
import * as fs from "node:fs/promises";
import * as path from "node:path";

/**
 * The program's file in the first folder of PATH that has it. Folders that are relative, or lie
 * inside one of `avoided`, are left out: what a workspace brings is not to be run.
 */
export async function onPath(
  name: string,
  avoided: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
  windows = process.platform === "win32",
): Promise<string | undefined> {
  const folders = (environment.PATH ?? environment.Path ?? "").split(windows ? ";" : ":");
  const endings = windows ? (environment.PATHEXT ?? ".EXE;.CMD;.BAT").split(";") : [""];
  for (const folder of folders) {
    if (!path.isAbsolute(folder) || avoided.some((one) => lies(folder, one))) {
      continue;
    }
    for (const ending of endings) {
      const file = path.join(folder, name + ending);
      if (await isProgram(file)) {
        return file;
      }
    }
  }
  return undefined;
}

function lies(folder: string, inside: string): boolean {
  const way = path.relative(inside, folder);
  return !way.startsWith("..") && !path.isAbsolute(way);
}

export async function isProgram(file: string): Promise<boolean> {
  try {
    await fs.access(file, fs.constants.X_OK);
    return (await fs.stat(file)).isFile();
  } catch {
    return false;
  }
}
