"""The notebooks that the client has open: their cells in order, and the text of each."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.changes import changed
from leakwise.text import Document, LineChange

if TYPE_CHECKING:
    from leakwise.syntax.notebook_cells import Cell, NotebookDocument

logger = logging.getLogger(__name__)

_PYTHON = ("python", "ipython")


@dataclass(slots=True)
class _Open:
    """One notebook as the client last told of it."""

    document: "NotebookDocument"
    order: list[types.NotebookCell]
    texts: dict[str, tuple[Document, str]] = field(default_factory=dict)
    """The text and language of each cell by its address."""


class OpenNotebooks:
    """The newest version of every open notebook. Belongs to the event loop's thread."""

    def __init__(self) -> None:
        self._notebooks: dict[str, _Open] = {}
        self._owners: dict[str, str] = {}

    def get(self, uri: str) -> "NotebookDocument | None":
        """The newest version of a notebook, for its address or that of one of its cells."""
        notebook = self._notebooks.get(self._owners.get(uri, uri))
        return None if notebook is None else notebook.document

    def open(
        self, item: types.NotebookDocument, texts: Iterable[types.TextDocumentItem]
    ) -> "NotebookDocument":
        """Takes a notebook as the client opened it; one that was open already is replaced."""
        # Most clients open no notebook, and are answered sooner without this.
        from leakwise.syntax.notebook_cells import NotebookDocument

        self.close(item.uri)
        notebook = _Open(NotebookDocument.of(item.uri, (), item.version), list(item.cells))
        self._notebooks[item.uri] = notebook
        self._take_texts(notebook, texts)
        notebook.document, _ = self._joined(notebook, item.version)
        return notebook.document

    def change(
        self, uri: str, version: int, event: types.NotebookDocumentChangeEvent, encoding: str
    ) -> "tuple[NotebookDocument, list[LineChange]] | None":
        """Takes a change; gives the new version and the changes of its lines that lead to it.

        None for a notebook that is not open, whose cells are not known.
        """
        notebook = self._notebooks.get(uri)
        if notebook is None:
            logger.warning("A change of %s, which is not open, was ignored.", uri)
            return None
        cells = event.cells
        if cells is not None:
            if cells.structure is not None:
                self._restructure(notebook, cells.structure)
            for data in cells.data or ():
                notebook.order = [
                    data if one.document == data.document else one for one in notebook.order
                ]
            for content in cells.text_content or ():
                _retype(notebook, content, encoding)
        notebook.document, changes = self._joined(notebook, version)
        return notebook.document, changes

    def close(self, uri: str) -> "NotebookDocument | None":
        """Forgets a notebook; gives its last version, None when it was not open."""
        notebook = self._notebooks.pop(uri, None)
        if notebook is None:
            return None
        for cell, owner in list(self._owners.items()):
            if owner == uri:
                del self._owners[cell]
        return notebook.document

    def _restructure(
        self, notebook: _Open, structure: types.NotebookDocumentCellChangeStructure
    ) -> None:
        array = structure.array
        start = max(array.start, 0)
        behind = start + max(array.delete_count, 0)
        notebook.order[start:behind] = array.cells or ()
        for closed in structure.did_close or ():
            notebook.texts.pop(closed.uri, None)
            self._owners.pop(closed.uri, None)
        self._take_texts(notebook, structure.did_open or ())

    def _take_texts(self, notebook: _Open, texts: Iterable[types.TextDocumentItem]) -> None:
        for item in texts:
            document = Document.from_text(item.uri, item.text, item.version)
            notebook.texts[item.uri] = document, str(item.language_id)
            self._owners[item.uri] = notebook.document.uri

    def _joined(self, notebook: _Open, version: int) -> "tuple[NotebookDocument, list[LineChange]]":
        known = {cell.document.uri: cell for cell in notebook.document.cells}
        return notebook.document.with_cells(_cells(notebook, known), version)


def _cells(notebook: _Open, known: "dict[str, Cell]") -> "Iterable[Cell]":
    """The cells in order; those that are as they were are the same objects."""
    from leakwise.syntax.notebook_cells import Cell

    for number, item in enumerate(notebook.order, 1):
        document, language = notebook.texts.get(item.document, (None, ""))
        if document is None:
            # A cell that the client does not show us holds another language, or text.
            continue
        is_python = item.kind == types.NotebookCellKind.Code and language in _PYTHON
        cell = known.get(item.document)
        as_it_was = (
            cell is not None
            and cell.document is document
            and cell.number == number
            and bool(cell.lines) == is_python
        )
        yield cell if cell and as_it_was else Cell.of(document, number, is_python=is_python)


def _retype(
    notebook: _Open, content: types.NotebookDocumentCellContentChanges, encoding: str
) -> None:
    identifier = content.document
    document, language = notebook.texts.get(identifier.uri, (None, ""))
    if document is None:
        logger.warning("A change of %s, which is no cell, was ignored.", identifier.uri)
        return
    document, _ = changed(document, identifier.version, content.changes, encoding)
    notebook.texts[identifier.uri] = document, language
