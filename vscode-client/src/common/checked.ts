/** What `leakwise check --output-format json` prints, in the terms of editors. */
import * as fs from "node:fs/promises";

/** A place, with lines from zero and columns in UTF-16 units. */
export interface Place {
  readonly path: string;
  readonly start: Position;
  readonly end: Position;
  readonly message: string;
}

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Found extends Place {
  readonly code: string;
  readonly severity: string;
  readonly url: string;
  readonly related: readonly Place[];
}

export interface FileFindings {
  readonly path: string;
  readonly findings: readonly Found[];
}

interface Printed {
  readonly message: string;
  readonly filename: string;
  /** The number of a notebook's cell, from 1. */
  readonly cell?: number | null;
  readonly location: { readonly row: number; readonly column: number };
  readonly end_location: { readonly row: number; readonly column: number };
}

interface PrintedFinding extends Printed {
  readonly code: string;
  readonly severity: string;
  readonly url: string;
  readonly related: readonly Printed[];
}

/** The findings of each file, in the order of the files. */
export async function byFile(output: string): Promise<FileFindings[]> {
  const lines = new Lines();
  const files = new Map<string, Found[]>();
  for (const printed of JSON.parse(output) as PrintedFinding[]) {
    const related = await Promise.all(printed.related.map((one) => place(one, lines)));
    const { code, severity, url } = printed;
    const found = { ...(await place(printed, lines)), code, severity, url, related };
    files.set(found.path, [...(files.get(found.path) ?? []), found]);
  }
  return [...files].map(([path, findings]) => ({ path, findings }));
}

async function place(printed: Printed, lines: Lines): Promise<Place> {
  const { filename: path, cell, location, end_location: end, message } = printed;
  if (typeof cell === "number") {
    // A cell that is not open has no place of its own in an editor.
    const top = { line: 0, character: 0 };
    return { path, start: top, end: top, message: `Cell ${cell}, line ${location.row}: ${message}` };
  }
  const text = await lines.of(path);
  return { path, start: position(location, text), end: position(end, text), message };
}

function position(at: { row: number; column: number }, lines: readonly string[]): Position {
  const line = lines[at.row - 1] ?? "";
  const before = Array.from(line).slice(0, at.column - 1);
  return { line: at.row - 1, character: before.join("").length };
}

class Lines {
  private readonly known = new Map<string, Promise<readonly string[]>>();

  of(path: string): Promise<readonly string[]> {
    let lines = this.known.get(path);
    if (lines === undefined) {
      lines = fs.readFile(path, "utf-8").then(
        (text) => text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/),
        () => [],
      );
      this.known.set(path, lines);
    }
    return lines;
  }
}
