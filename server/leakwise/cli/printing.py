"""Where and in which form what was found is printed."""

import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import click

from leakwise.cli.loading import CouldNotRun
from leakwise.cli.output import STYLED, lines_in
from leakwise.cli.shown import CheckedFile
from leakwise.cli.terminals import has_colours, has_links, without_links


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
        text = "".join(f"{_styled(line, False, False)}\n" for line in found)
        write_output(to, text.encode(errors="backslashreplace"))
        return ""
    return print_lines(found, form)


def print_lines(lines: Iterable[str], form: str) -> str:
    """Prints lines in a form, with colours and links where it and the terminal have them, as far as
    anybody reads them; gives what was printed."""
    is_terminal, is_styled = sys.stdout.isatty(), form in STYLED
    coloured = is_styled and has_colours(is_terminal)
    linked = is_styled and has_links(is_terminal)
    text = "".join(f"{_styled(line, coloured, linked)}\n" for line in lines)
    with suppress(BrokenPipeError):
        click.echo(text, color=True, nl=False)
    return text


def _styled(line: str, coloured: bool, linked: bool) -> str:
    if not linked:
        line = without_links(line)
    return line if coloured else click.unstyle(line)


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
