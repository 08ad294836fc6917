/** Variables in paths that users write into settings. */

/** A path with `~`, `${workspaceFolder}`, `${userHome}` and `${env:NAME}` filled in. */
export function withVariables(
  value: string,
  home: string,
  folder: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return value
    .replace(/^~(?=$|[/\\])/, home)
    .replaceAll("${userHome}", home)
    .replaceAll("${workspaceFolder}", folder ?? "${workspaceFolder}")
    .replace(/\$\{env:([^}]+)\}/g, (_, name: string) => environment[name] ?? "");
}
