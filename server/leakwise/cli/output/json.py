"""Findings as a JSON list, shaped like ruff's."""

import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

from leakwise.cli.shown import CheckedFile, ShownFinding, ShownPlace
from leakwise.text import Position


def lines(files: Sequence[CheckedFile]) -> Iterator[str]:
    """One JSON list of all findings. Rows and columns count code points from 1, ends lie behind
    the last character; file names are absolute, and rows of a notebook count in its
    cell."""
    yield json.dumps(list(objects(files)), indent=2)


def objects(files: Sequence[CheckedFile]) -> Iterator[dict[str, Any]]:
    """Each finding as an object of JSON."""
    for file in files:
        for finding in file.findings:
            yield _finding(finding, _filename(file.path))


def _filename(path: str) -> str:
    return path if path == "-" else os.path.abspath(path)


def _finding(finding: ShownFinding, filename: str) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        **_place(finding.place, filename),
        "severity": str(finding.severity),
        "url": finding.url,
        "fix": _fix(finding),
        "related": [_place(place, filename) for place in finding.related],
    }


def _place(place: ShownPlace, filename: str) -> dict[str, Any]:
    return {
        "message": place.message,
        "filename": filename,
        "cell": place.cell,
        "location": _location(place.range.start),
        "end_location": _location(place.range.end),
    }


def _fix(finding: ShownFinding) -> dict[str, Any] | None:
    if finding.fix is None:
        return None
    edits = [
        {
            "cell": edit.cell,
            "location": _location(edit.range.start),
            "end_location": _location(edit.range.end),
            "content": edit.text,
        }
        for edit in finding.fix.edits
    ]
    return {
        "applicability": str(finding.fix.applicability),
        "message": finding.fix.title,
        "edits": edits,
    }


def _location(position: Position) -> dict[str, int]:
    return {"row": position.line + 1, "column": position.column + 1}
