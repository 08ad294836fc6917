"""What goes wrong without stopping the run: one line each on standard error."""

from collections.abc import Sequence

import click

from leakwise.cli.output.printable import printable
from leakwise.cli.shown import CheckedFile


def complain(level: str, what: str, path: str | None = None) -> None:
    """Prints `leakwise: LEVEL: PATH: WHAT` on standard error."""
    click.echo(_complaint(level, what, path), err=True)


def complain_of(files: Sequence[CheckedFile]) -> str:
    """Prints what hindered the check of files, and once what hindered more than one; gives what was
    printed."""
    about_run = dict.fromkeys(problem for file in files for problem in file.about_run)
    said = [_complaint("warning", one, file.path) for file in files for one in file.problems]
    said += [_complaint("warning", problem, None) for problem in about_run]
    text = "".join(f"{line}\n" for line in said)
    click.echo(text, err=True, nl=False)
    return text


def _complaint(level: str, what: str, path: str | None) -> str:
    about = "" if path is None else f"{printable(path)}: "
    return f"leakwise: {level}: {about}{printable(what)}"
