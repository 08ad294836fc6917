"""What goes wrong without stopping the run: one line each on standard error."""

from collections.abc import Sequence

import click

from leakwise.cli.output.printable import printable
from leakwise.cli.shown import CheckedFile


def complain(level: str, what: str, path: str | None = None) -> None:
    """Prints `leakwise: LEVEL: PATH: WHAT` on standard error."""
    about = "" if path is None else f"{printable(path)}: "
    click.echo(f"leakwise: {level}: {about}{printable(what)}", err=True)


def complain_of(files: Sequence[CheckedFile]) -> None:
    """Prints what hindered the check of files, and once what hindered more than one."""
    for file in files:
        for problem in file.problems:
            complain("warning", problem, file.path)
    for problem in dict.fromkeys(problem for file in files for problem in file.about_run):
        complain("warning", problem)
