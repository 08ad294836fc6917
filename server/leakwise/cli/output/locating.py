"""Where findings are, for programs that know files with rows and columns and nothing else."""

import os
from pathlib import Path

from leakwise.cli.shown import ShownFinding, ShownPlace
from leakwise.sources.folders import repository_of_pipeline

ROOT = "%SRCROOT%"
"""What SARIF logs call the folder that paths start from."""


def relative(path: str) -> str:
    """A path with `/`, from the current folder where it lies below that, else a whole one."""
    return _below(path, os.getcwd())


def in_repository(path: str) -> str:
    """A path with `/`, from the folder of the repository where a pipeline tells that, else from the
    current one, where it lies below that, else a whole one."""
    return _below(path, repository_of_pipeline())


def _below(path: str, folder: str) -> str:
    whole = Path(os.path.abspath(path))
    return (whole.relative_to(folder) if whole.is_relative_to(folder) else whole).as_posix()


def rows_and_columns(place: ShownPlace) -> tuple[int, int, int, int]:
    """The first row and column of a place, its last row, and the column behind its end; from 1.

    What lies in a cell has no row in its notebook's file: that is the first one.
    """
    if place.cell is not None:
        return 1, 1, 1, 1
    start, end = place.range.start, place.range.end
    return start.line + 1, start.column + 1, end.line + 1, end.column + 1


def message(finding: ShownFinding) -> str:
    """A finding's message, with the cell and row of what lies in a notebook."""
    place = finding.place
    if place.cell is None:
        return place.message
    return f"Cell {place.cell}, line {place.range.start.line + 1}: {place.message}"
