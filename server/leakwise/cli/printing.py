"""Where and in which form what was found is printed."""

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from leakwise.cli.loading import CouldNotRun
from leakwise.cli.output import STYLED, lines_in
from leakwise.cli.shown import CheckedFile


def print_findings(
    files: Sequence[CheckedFile], form: str, *, counted: bool, to: Path | None
) -> str:
    """Prints the findings in a form, or with `counted` how often each rule found something; into
    the file `to` where one is given, whole or not at all. Gives what went to standard output.

    Raises:
        CouldNotRun: the file cannot be written.
    """
    if counted:
        from leakwise.cli.output.statistics import statistics

        found: Iterable[str] = statistics(files, form)
    else:
        found = lines_in(form)(files)
    if to is not None:
        text = "".join(f"{click.unstyle(line)}\n" for line in found)
        write_output(to, text.encode(errors="backslashreplace"))
        return ""
    return print_lines(found, form)


def print_lines(lines: Iterable[str], form: str) -> str:
    """Prints lines in a form, with colours where it and the terminal have them; gives what was
    printed."""
    colour = _coloured() if form in STYLED else False
    if colour is None:
        colour = sys.stdout.isatty()
    text = "".join(f"{line if colour else click.unstyle(line)}\n" for line in lines)
    click.echo(text, color=True, nl=False)
    return text


def _coloured() -> bool | None:
    """Whether there are to be colours; None where the terminal decides.

    https://no-color.org and https://force-color.org
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return False if os.environ.get("TERM") == "dumb" else None


def write_output(to: Path, content: bytes) -> None:
    """Makes the file that the output was to go to, whole or not at all.

    Raises:
        CouldNotRun: it cannot be written.
    """
    from leakwise.sources.writing import UnwritableError, put_file

    try:
        put_file(to, content)
    except UnwritableError as error:
        raise CouldNotRun(f"{to} {error}.") from None
