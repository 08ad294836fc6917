"""Findings for people: the source line, what is wrong in it, and the leak path below."""

from collections import Counter
from collections.abc import Iterator, Sequence

import click

from leakwise.cli.output.printable import columns, printable
from leakwise.cli.shown import CheckedFile, ShownFinding, ShownPlace
from leakwise.cli.terminals import linked
from leakwise.rule import Severity

COLOURS = {
    Severity.ERROR: "red",
    Severity.WARNING: "yellow",
    Severity.INFORMATION: "cyan",
    Severity.HINT: "blue",
}
_WIDEST_LINE = 160
_WIDEST_NOTE = 100


def lines(files: Sequence[CheckedFile]) -> Iterator[str]:
    """The lines to print for `files`, styled with escape sequences, with a summary at the end."""
    for file in files:
        for finding in file.findings:
            yield from _finding(finding, file.path)
            yield ""
    yield summary(files)


def head(finding: ShownFinding, path: str) -> str:
    """One line on a finding: where it is, its rule and its message."""
    start = finding.place.range.start
    where = click.style(printable(path), bold=True)
    code = linked(click.style(finding.code, fg=COLOURS[finding.severity], bold=True), finding.url)
    message = printable(finding.place.message)
    cell = "" if finding.place.cell is None else f"cell {finding.place.cell}:"
    return f"{where}:{cell}{start.line + 1}:{start.column + 1}: {code} {finding.name} {message}"


def _finding(finding: ShownFinding, path: str) -> Iterator[str]:
    places = (finding.place, *finding.related)
    gutter = max(len(str(place.range.start.line + 1)) for place in places)
    yield head(finding, path)
    yield from _source(finding.place, gutter, "", COLOURS[finding.severity])
    for place in finding.related:
        elsewhere = "" if place.cell == finding.place.cell else f" (in cell {place.cell})"
        yield from _source(place, gutter, printable(place.message) + elsewhere, "blue")
    margin = " " * (gutter + 2)
    yield f"{margin}= {finding.severity}; to read on: leakwise rule {finding.code}"


def _source(place: ShownPlace, gutter: int, note: str, colour: str) -> Iterator[str]:
    """The line of `place`, and another that underlines what is meant and bears `note`."""
    start, end = place.range.start, place.range.end
    line = printable(place.line)
    last = min(end.column, len(line)) if end.line == start.line else len(line)
    first = min(start.column, len(line))
    # Of a line that no terminal holds only the surroundings of the place are shown.
    cut = max(0, first - _WIDEST_LINE // 2) if len(line) > _WIDEST_LINE else 0
    shown = line[cut : cut + _WIDEST_LINE]
    marked = line[first : min(last, cut + _WIDEST_LINE)].rstrip()
    pad = "".join(char if char == "\t" else " " * columns(char) for char in line[cut:first])
    carets = "^" * max(1, sum(columns(char) for char in marked))
    bar = click.style("|", fg="blue")
    margin = f" {'':>{gutter}} {bar} {pad}"
    yield f" {start.line + 1:>{gutter}} {bar} {shown}"
    if len(pad) + len(carets) + len(note) < _WIDEST_NOTE:
        yield margin + click.style(f"{carets} {note}".rstrip(), fg=colour)
    else:
        yield margin + click.style(carets, fg=colour)
        yield margin + click.style(note, fg=colour)


def summary(files: Sequence[CheckedFile]) -> str:
    """One line on what was found in all files."""
    unchecked = sum(1 for file in files if not file.checked)
    checked = _count(len(files) - unchecked, "file")
    rest = f" {_count(unchecked, 'file')} could not be checked." if unchecked else ""
    repairs = sum(file.repairs for file in files)
    if repairs:
        rest += f" {_count(repairs, 'repair')} made."
    withheld = sum(file.withheld for file in files)
    if withheld:
        them = "it" if withheld == 1 else "them"
        rest += f" {_count(withheld, 'repair')} may change what the code does:"
        rest += f" `--unsafe-fixes` makes {them} too."
    comments = sum(file.comments for file in files)
    if comments:
        rest += f" {_count(comments, 'finding')} ignored by comments."
    left_out = sum(file.left_out for file in files)
    if left_out:
        what = "finding that is not new is" if left_out == 1 else "findings that are not new are"
        rest += f" {left_out} {what} left out."
    totals = Counter(finding.severity for file in files for finding in file.findings)
    if not totals:
        return f"No leaks found in {checked}.{rest}"
    found = ", ".join(
        _count(totals[severity], _NOUNS[severity]) for severity in Severity if totals[severity]
    )
    leaking = sum(1 for file in files if file.findings)
    return f"Found {found} in {leaking} of {checked}.{rest}"


_NOUNS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "note",
    Severity.HINT: "hint",
}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
