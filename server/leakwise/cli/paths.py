"""Paths that the command line names."""

from pathlib import Path
from typing import Any

import click


class NamedPath(click.Path):
    """A path that is not empty: an empty one would stand for the current folder."""

    def __init__(self, **wanted: Any) -> None:
        super().__init__(path_type=Path, **wanted)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path that was given, as click would have it."""
        if value == "":
            self.fail("an empty text names nothing - write `.` for the current folder.", param, ctx)
        return super().convert(value, param, ctx)
