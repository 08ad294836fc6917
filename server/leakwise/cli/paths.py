"""Paths that the command line names."""

import os
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


class OutputPath(NamedPath):
    """The path of a file to write, which holds no code: that would be lost where a pattern that the
    shell has filled in stands behind an option whose value was forgotten."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path that was given, as click would have it."""
        found = super().convert(value, param, ctx)
        if os.fspath(found).endswith((".py", ".ipynb")) and os.path.exists(found):
            why = "holds code, which would be lost - name another file"
            self.fail(f"{os.fspath(found)!r} {why}.", param, ctx)
        return found


class CachePath(NamedPath):
    """The path of a folder for what is kept; `~` is the user's own, also where no shell saw it,
    as in the variables of a pipeline."""

    def __init__(self) -> None:
        super().__init__(file_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path that was given, as click would have it."""
        return super().convert(os.path.expanduser(value), param, ctx)
