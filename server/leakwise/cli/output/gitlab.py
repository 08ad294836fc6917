"""Findings as a Code Quality report of GitLab.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from leakwise.cli.fingerprints import fingerprint
from leakwise.cli.output.locating import in_repository, message, rows_and_columns
from leakwise.cli.shown import CheckedFile, ShownFinding
from leakwise.rule import Severity

_SEVERITIES = {
    Severity.ERROR: "critical",
    Severity.WARNING: "major",
    Severity.INFORMATION: "minor",
    Severity.HINT: "info",
}


def lines(files: Sequence[CheckedFile]) -> Iterator[str]:
    """One JSON list of all findings."""
    found = [_issue(finding, file.path) for file in files for finding in file.findings]
    yield json.dumps(found, indent=2)


def _issue(finding: ShownFinding, path: str) -> dict[str, Any]:
    row, column, end_row, end_column = rows_and_columns(finding.place)
    return {
        "description": f"{finding.code}: {message(finding)}",
        "check_name": finding.name,
        "fingerprint": fingerprint(finding, in_repository(path)),
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": in_repository(path),
            "positions": {
                "begin": {"line": row, "column": column},
                "end": {"line": end_row, "column": end_column},
            },
        },
    }
