"""Repairing files: all safe fixes of each, written in the place of what was there."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from leakwise.cli.checking import check_document
from leakwise.cli.shown import CheckedFile
from leakwise.engine import Analysis, every_rule, fix_all
from leakwise.engine.outside import Outside
from leakwise.engine.settings import SettingsResolver
from leakwise.facts.reading import document_of
from leakwise.sources import UnreadableError, encode, path_to_uri, read_bytes
from leakwise.sources.writing import UnwritableError, replace_file
from leakwise.text import Document


def repaired(
    files: Iterable[CheckedFile], outside: Outside, settings: SettingsResolver, with_fixes: bool
) -> Iterator[CheckedFile]:
    """What is left of the findings of each file after its repair, which is written; a file that
    cannot be repaired stays as it is, and says why."""
    for file in files:
        if not file.findings:
            yield file
            continue
        try:
            yield _repaired(file, outside, settings, with_fixes)
        except (UnreadableError, UnwritableError) as error:
            yield replace(file, problems=(*file.problems, str(error)))


def _repaired(
    file: CheckedFile, outside: Outside, settings: SettingsResolver, with_fixes: bool
) -> CheckedFile:
    path = Path(file.path)
    data = read_bytes(path)
    document = document_of(data, path.name, path_to_uri(path))
    chosen = settings.for_document(path, every_rule())
    analysis = Analysis(document, settings=chosen, outside=outside.known)
    outside.settle([analysis])
    fixed = fix_all(
        document,
        unsafe=chosen.settings.unsafe_fixes,
        outside=outside.known,
        settings=chosen,
    )
    if not fixed.applied:
        return file
    after = _rewritten(data, fixed.document)
    if document_of(after, path.name, document.uri).text != fixed.text:
        raise UnwritableError("would not read as it was written - correct it by hand")
    replace_file(path, data, after)
    left = check_document(fixed.document, file.path, outside, settings, with_fixes)
    return replace(left, repairs=fixed.applied)


def _rewritten(data: bytes, document: Document) -> bytes:
    """The bytes of a file that held `data`, with the text of `document`, which was read from it and
    edited. Encoding and byte-order mark stay, and all of a notebook but the sources of cells.

    Raises:
        UnreadableError: the file's encoding lacks a character of the text.
    """
    from leakwise.syntax.notebook_cells import NotebookDocument

    if not isinstance(document, NotebookDocument):
        return encode(document.text, data)
    from leakwise.sources.notebooks import read_notebook

    sources = {cell.number: cell.document.text for cell in document.cells}
    return read_notebook(data).with_sources(sources).encode()
