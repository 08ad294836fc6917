"""Findings one line each."""

from collections.abc import Iterator, Sequence

from leakwise.cli.output.text import head
from leakwise.cli.shown import CheckedFile


def lines(files: Sequence[CheckedFile]) -> Iterator[str]:
    """One line for each finding, styled with escape sequences."""
    return (head(finding, file.path) for file in files for finding in file.findings)
