"""Findings below the name of their file."""

from collections.abc import Iterator, Sequence

import click

from leakwise.cli.output.printable import printable
from leakwise.cli.output.text import COLOURS, summary
from leakwise.cli.shown import CheckedFile, ShownFinding
from leakwise.cli.terminals import linked


def lines(files: Sequence[CheckedFile]) -> Iterator[str]:
    """The name of each file with findings, one indented line for each of these, and a summary;
    styled with escape sequences."""
    for file in files:
        if not file.findings:
            continue
        yield click.style(f"{printable(file.path)}:", bold=True)
        places = [_place(finding) for finding in file.findings]
        width = max(map(len, places))
        for place, finding in zip(places, file.findings, strict=True):
            style = click.style(finding.code, fg=COLOURS[finding.severity], bold=True)
            code = linked(style, finding.url)
            message = printable(finding.place.message)
            yield f"  {place:<{width}}  {code} {finding.name} {message}"
        yield ""
    yield summary(files)


def _place(finding: ShownFinding) -> str:
    start = finding.place.range.start
    cell = "" if finding.place.cell is None else f"cell {finding.place.cell}:"
    return f"{cell}{start.line + 1}:{start.column + 1}"
