"""The documents that the client has open. They are the only texts that the server goes by."""

import logging
from collections.abc import Iterable
from pathlib import Path

from lsprotocol import types

from leakwise.lsp.changes import changed
from leakwise.lsp.notebooks import OpenNotebooks
from leakwise.sources import uri_to_path
from leakwise.text import Document, LineChange

logger = logging.getLogger(__name__)


class OpenDocuments:
    """The newest version of every open document. Belongs to the event loop's thread."""

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._paths: dict[str, Path] = {}
        """By address; there are several ways of writing one path in a URI."""
        self.notebooks = OpenNotebooks()

    def get(self, uri: str) -> Document | None:
        """The newest version, None for a document that is not open; a cell's is its notebook's."""
        return self._documents.get(uri) or self.notebooks.get(uri)

    def all(self) -> list[Document]:
        """Every open document; notebooks are no part of them."""
        return list(self._documents.values())

    def by_path(self) -> dict[Path, Document]:
        """Every open document that has a path."""
        return {path: self._documents[uri] for uri, path in self._paths.items()}

    def has_path(self, path: str) -> bool:
        """Whether the file at a path is open."""
        return Path(path) in self._paths.values()

    def open(self, item: types.TextDocumentItem) -> Document:
        """Takes a document as the client opened it; one that was open already is replaced."""
        document = Document.from_text(item.uri, item.text, item.version)
        self._documents[item.uri] = document
        path = uri_to_path(item.uri)
        if path is not None:
            self._paths[item.uri] = path
        return document

    def change(
        self,
        uri: str,
        version: int,
        events: Iterable[types.TextDocumentContentChangeEvent],
        encoding: str,
    ) -> tuple[Document, list[LineChange]] | None:
        """Applies `events` in order; gives the new version and the changes that lead to it.

        None for a document that is not open, whose text is not known.
        """
        document = self._documents.get(uri)
        if document is None:
            logger.warning("A change of %s, which is not open, was ignored.", uri)
            return None
        document, changes = changed(document, version, events, encoding)
        self._documents[uri] = document
        return document, changes

    def close(self, uri: str) -> Document | None:
        """Forgets a document or a notebook; gives its last version, None when it was not open."""
        self._paths.pop(uri, None)
        return self._documents.pop(uri, None) or self.notebooks.close(uri)
