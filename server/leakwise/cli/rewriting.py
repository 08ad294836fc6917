"""Other bytes for a file, from another text of its document, with all else as it is."""

from dataclasses import dataclass

from leakwise.facts.reading import document_of
from leakwise.sources import encode
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


def _bytes(data: bytes, document: Document) -> bytes:
    from leakwise.syntax.notebook_cells import NotebookDocument

    if not isinstance(document, NotebookDocument):
        return encode(document.text, data)
    from leakwise.sources.notebooks import read_notebook

    sources = {cell.number: cell.document.text for cell in document.cells}
    return read_notebook(data).with_sources(sources).encode()
