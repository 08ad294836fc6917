"""Findings as logging commands of Azure Pipelines.

https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
"""

from collections.abc import Iterator, Sequence

from leakwise.cli.output.locating import in_repository, message, rows_and_columns
from leakwise.cli.output.printable import printable
from leakwise.cli.shown import CheckedFile, ShownFinding
from leakwise.rule import Severity

_IN_MESSAGES = str.maketrans({"%": "%AZP25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTIES = {**_IN_MESSAGES, **str.maketrans({";": "%3B", "]": "%5D"})}


def lines(files: Sequence[CheckedFile]) -> Iterator[str]:
    """One logging command for each finding; it knows errors and warnings alone."""
    return (_command(finding, file.path) for file in files for finding in file.findings)


def _command(finding: ShownFinding, path: str) -> str:
    row, column, _, _ = rows_and_columns(finding.place)
    properties = {
        "type": "error" if finding.severity is Severity.ERROR else "warning",
        "sourcepath": in_repository(path),
        "linenumber": str(row),
        "columnnumber": str(column),
        "code": finding.code,
    }
    written = "".join(f"{key}={_escaped(text, True)};" for key, text in properties.items())
    text = _escaped(f"{finding.name}: {message(finding)}", False)
    return f"##vso[task.logissue {written}]{text}"


def _escaped(text: str, is_property: bool) -> str:
    # What is left of control characters would steer the terminal that shows the log.
    return printable(text.translate(_IN_PROPERTIES if is_property else _IN_MESSAGES))
