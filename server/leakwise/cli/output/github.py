"""Findings as annotations of GitHub Actions.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Iterator, Sequence

from leakwise.cli.output.locating import in_repository, message, rows_and_columns
from leakwise.cli.output.printable import printable
from leakwise.cli.shown import CheckedFile, ShownFinding
from leakwise.rule import Severity

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning"}
_IN_MESSAGES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTIES = {**_IN_MESSAGES, **str.maketrans({":": "%3A", ",": "%2C"})}


def lines(files: Sequence[CheckedFile]) -> Iterator[str]:
    """One workflow command for each finding."""
    return (_command(finding, file.path) for file in files for finding in file.findings)


def _command(finding: ShownFinding, path: str) -> str:
    row, column, end_row, end_column = rows_and_columns(finding.place)
    properties = {
        "title": f"leakwise {finding.code} ({finding.name})",
        "file": in_repository(path),
        "line": str(row),
        "endLine": str(end_row),
        # Columns of more than one row are refused.
        **({"col": str(column), "endColumn": str(end_column)} if row == end_row else {}),
    }
    written = ",".join(f"{key}={_escaped(text, True)}" for key, text in properties.items())
    command = _COMMANDS.get(finding.severity, "notice")
    return f"::{command} {written}::{_escaped(message(finding), False)}"


def _escaped(text: str, is_property: bool) -> str:
    # What is left of control characters would steer the terminal that shows the log.
    return printable(text.translate(_IN_PROPERTIES if is_property else _IN_MESSAGES))
