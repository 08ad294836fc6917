"""Longer programs: what must be reported, what must not, and what is known to be missed.

A line of a case file ends in `# leak: LP001` where that rule must report it, and in
`# miss: LP001 why` where it leaks and is not found yet. Nothing else may be reported.
"""

import re
from pathlib import Path

import pytest

from leakwise.engine import analyze
from leakwise.text import Document

CASES = sorted((Path(__file__).parent / "cases").glob("*.py"))
_MARK = re.compile(r"  # (leak|miss): (\w+)")


def findings_of(path: Path) -> tuple[Document, set[tuple[int, str]]]:
    document = Document.from_text(path.as_uri(), path.read_text(encoding="utf-8"))
    found = analyze(document)
    return document, {(finding.range.start.line + 1, finding.rule.code) for finding in found}


def marks(document: Document, kind: str) -> set[tuple[int, str]]:
    return {
        (number, mark[2])
        for number, line in enumerate(document.lines, 1)
        for mark in _MARK.finditer(line)
        if mark[1] == kind
    }


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_exactly_the_marked_lines_are_reported(path: Path) -> None:
    document, found = findings_of(path)
    assert found == marks(document, "leak")


def test_misses_are_still_missed() -> None:
    # A miss that is found now becomes a leak: its mark is out of date.
    for path in CASES:
        document, found = findings_of(path)
        assert not found & marks(document, "miss"), path.name
