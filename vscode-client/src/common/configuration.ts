/** VS Code's settings as options of `leakwise check`. */

/** What the extension and the server's features know alone. */
const NOT_OF_CHECKS: readonly string[] = ["path", "interpreter", "trace", "hover", "inlayHints"];

/** `--config` for each setting that was set by hand; names and values are written as TOML. */
export function configOptions(settings: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(settings)
    .filter(([name, value]) => !NOT_OF_CHECKS.includes(name) && value !== null)
    .flatMap(([name, value]) => {
      const held = name === "knowledge" && isTable(value) ? renamed(value) : value;
      return ["--config", `${inFiles(name)} = ${toml(held)}`];
    });
}

function renamed(table: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(table).map(([name, held]) => [inFiles(name), held]));
}

/** `minimumCertainty` is `minimum-certainty` in files. */
function inFiles(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function toml(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(toml).join(", ")}]`;
  }
  if (isTable(value)) {
    const pairs = Object.entries(value).map(([key, held]) => `${toml(key)} = ${toml(held)}`);
    return `{ ${pairs.join(", ")} }`;
  }
  // Text and truth are written as in JSON.
  return JSON.stringify(value);
}
