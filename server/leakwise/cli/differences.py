"""`leakwise check --diff`: what repairs would change, as unified diffs; nothing is written."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from difflib import diff_bytes, unified_diff
from io import BytesIO
from pathlib import Path

import click

from leakwise.cli.output.locating import relative
from leakwise.cli.output.printable import printable
from leakwise.cli.printing import print_lines, write_output
from leakwise.cli.rewriting import Rewrite
from leakwise.syntax.notebook_cells import NotebookDocument
from leakwise.text import Document

_COLOURS = {b"+": "green", b"-": "red", b"@": "cyan"}
_NO_NEWLINE = b"\n\\ No newline at end of file\n"


def print_differences(repairs: Sequence[Rewrite], *, to: Path | None) -> None:
    """Prints what repairs would change, or writes it into the file `to`, whole or not at all; and
    on standard error how much that is.

    Raises:
        CouldNotRun: the file cannot be written.
    """
    lines = differences(repairs)
    if to is not None:
        write_output(to, b"".join(lines))
    elif sys.stdout.isatty():
        print_lines(_coloured(lines), "text")
    else:
        # Bytes, so that line ends stay what they are and the diff can be applied.
        with suppress(BrokenPipeError):
            click.echo(b"".join(lines), nl=False)
    if repairs:
        click.echo(_told(repairs), err=True)


def differences(repairs: Iterable[Rewrite]) -> Iterator[bytes]:
    """The lines, each with its end, of the unified diffs of all repairs: one for a file, or for
    each cell of a notebook that changes. Those of files are in the file's own encoding, so that
    `patch -p0` and `git apply -p0` take them."""
    for repair in repairs:
        for name, before, after in _changed(repair):
            old, new = BytesIO(before).readlines(), BytesIO(after).readlines()
            shown = name.encode(errors="backslashreplace")
            for line in diff_bytes(unified_diff, old, new, shown, shown):
                yield line if line.endswith(b"\n") else line + _NO_NEWLINE


def _changed(repair: Rewrite) -> Iterator[tuple[str, bytes, bytes]]:
    """What changes, by name: what it holds and would hold."""
    name, old, new = printable(relative(repair.path)), repair.old, repair.new
    if isinstance(old, NotebookDocument) and isinstance(new, NotebookDocument):
        for before, after in zip(old.cells, new.cells, strict=True):
            if before.document.text != after.document.text:
                cell = f"{name}:cell {before.number}"
                yield cell, _bytes(before.document), _bytes(after.document)
    else:
        # Without the tab, programs take a name for ended where it has a space.
        yield f"{name}\t" if " " in name else name, repair.before, repair.after


def _bytes(cell: Document) -> bytes:
    return cell.text.encode(errors="backslashreplace")


def _coloured(lines: Iterable[bytes]) -> Iterator[str]:
    """The lines for a terminal, without their ends: nothing in them can steer it."""
    for line in lines:
        shown = printable(line.decode(errors="replace").rstrip("\r\n"))
        if line.startswith((b"--- ", b"+++ ")):
            yield click.style(shown, bold=True)
        else:
            yield click.style(shown, fg=_COLOURS.get(line[:1]))


def _told(repairs: Sequence[Rewrite]) -> str:
    """One line on how much would be changed."""
    changes = sum(repair.changes for repair in repairs)
    files = "1 file" if len(repairs) == 1 else f"{len(repairs)} files"
    return f"Would make {changes} repair{'' if changes == 1 else 's'} in {files}."
