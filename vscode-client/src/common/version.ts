/** Versions of the server: what this extension needs, and what it found. */

/** The oldest server that speaks as this extension expects. */
export const OLDEST = "0.1.0";

/** The version in what `leakwise --version` prints; undefined when it prints something else. */
export function versionIn(output: string): string | undefined {
  return /\bleakwise,?(?: version)? v?(\d+(?:\.\d+)*\S*)/i.exec(output)?.[1];
}

/** Whether a version comes before another one; a pre-release comes before its release. */
export function isOlder(version: string, than: string): boolean {
  const [left, right] = [parts(version), parts(than)];
  for (let index = 0; index < Math.max(left.numbers.length, right.numbers.length); index++) {
    const difference = (left.numbers[index] ?? 0) - (right.numbers[index] ?? 0);
    if (difference !== 0) {
      return difference < 0;
    }
  }
  return left.unfinished && !right.unfinished;
}

function parts(version: string): { numbers: number[]; unfinished: boolean } {
  const [numbers = "0", rest = ""] = version.split(/(?<=\d)(?=\.?(?:a|b|rc|dev|post|\+|-))/, 2);
  return {
    numbers: numbers.split(".").map(Number),
    unfinished: /^[.-]?(?:a|b|rc|dev)/.test(rest),
  };
}
