"""Other bytes for a file, from another text of its document, with all else as it is; and each file
once, however many names it has."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from leakwise.cli.checking import check_document
from leakwise.cli.shown import CheckedFile, unchecked
from leakwise.engine.outside import Outside
from leakwise.engine.settings import SettingsResolver
from leakwise.facts.reading import document_of
from leakwise.sources import UnreadableError, encode, path_to_uri, read_bytes
from leakwise.sources.writing import UnwritableError
from leakwise.text import Document


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What a file held and is to hold, as bytes and as documents, and how many changes that is."""

    path: str
    before: bytes
    after: bytes
    old: Document
    new: Document
    changes: int


def rewrite(path: str, data: bytes, old: Document, new: Document, changes: int) -> Rewrite:
    """The change of a file that holds `data`, from the document `old` that was read from it to
    `new`, which was made of that by `changes` edits.

    Encoding and byte-order mark stay, and all of a notebook but the sources of cells.

    Raises:
        UnreadableError: the file's encoding lacks a character of the text.
        UnwritableError: the file would not read as what it is to be.
    """
    after = _bytes(data, new)
    if document_of(after, path, old.uri).text != new.text:
        raise UnwritableError("would not read as it was written - correct it by hand")
    return Rewrite(path, data, after, old, new, changes)


def each_once(
    files: Iterable[CheckedFile],
    change: Callable[[CheckedFile], CheckedFile],
    again: Callable[[CheckedFile], CheckedFile],
) -> list[CheckedFile]:
    """What is left of each file that has findings when it is changed. Of those that links make one
    file the first is changed; what that leaves of the others is looked up `again`."""
    files = list(files)
    # What takes the place of a file is another one for the system, so that this is asked before.
    known = are_known(files)
    return [again(file) if one else change(file) for file, one in zip(files, known, strict=True)]


def are_known(files: Iterable[CheckedFile]) -> list[bool]:
    """Whether each file is one that has findings and stands before under another name."""
    seen: set[tuple[int, int]] = set()
    known: list[bool] = []
    for file in files:
        known.append(False)
        if file.findings:
            # What cannot be read is told of where it is to be changed.
            with suppress(OSError):
                state = os.stat(file.path)
                known[-1] = (state.st_dev, state.st_ino) in seen
                seen.add((state.st_dev, state.st_ino))
    return known


def check_again(
    file: CheckedFile, outside: Outside, settings: SettingsResolver, with_fixes: bool
) -> CheckedFile:
    """What comes of a file as it is now."""
    path = Path(file.path)
    try:
        document = document_of(read_bytes(path), file.path, path_to_uri(path))
    except UnreadableError as error:
        return unchecked(file.path, str(error))
    return check_document(document, file.path, outside, settings, with_fixes)


def _bytes(data: bytes, document: Document) -> bytes:
    from leakwise.syntax.notebook_cells import NotebookDocument

    if not isinstance(document, NotebookDocument):
        return encode(document.text, data)
    from leakwise.sources.notebooks import read_notebook

    sources = {cell.number: cell.document.text for cell in document.cells}
    return read_notebook(data).with_sources(sources).encode()
