"""Findings as pylint's parseable lines, which many tools read."""

from collections.abc import Iterator, Sequence

from leakwise.cli.output.locating import message, relative, rows_and_columns
from leakwise.cli.output.printable import printable
from leakwise.cli.shown import CheckedFile, ShownFinding


def lines(files: Sequence[CheckedFile]) -> Iterator[str]:
    """`path:row: [code(name), ] message` for each finding."""
    return (_line(finding, file.path) for file in files for finding in file.findings)


def _line(finding: ShownFinding, path: str) -> str:
    row = rows_and_columns(finding.place)[0]
    text = printable(message(finding))
    return f"{printable(relative(path))}:{row}: [{finding.code}({finding.name}), ] {text}"
