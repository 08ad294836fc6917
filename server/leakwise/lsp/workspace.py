"""The documents that the client has open. They are the only texts that the server goes by."""

import logging
from collections.abc import Iterable

from lsprotocol import types

from leakwise.lsp.convert import from_lsp_range
from leakwise.text import Document, LineChange

logger = logging.getLogger(__name__)


class OpenDocuments:
    """The newest version of every open document. Belongs to the event loop's thread."""

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}

    def get(self, uri: str) -> Document | None:
        """The newest version, None for a document that is not open."""
        return self._documents.get(uri)

    def open(self, item: types.TextDocumentItem) -> Document:
        """Takes a document as the client opened it; one that was open already is replaced."""
        document = Document.from_text(item.uri, item.text, item.version)
        self._documents[item.uri] = document
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
        changes: list[LineChange] = []
        for event in events:
            if isinstance(event, types.TextDocumentContentChangePartial):
                span = from_lsp_range(event.range, document.lines, encoding)
                document, change = document.replace(span, event.text, version)
            else:
                document, change = document.with_text(event.text, version)
            changes.append(change)
        if not changes:
            document = Document(uri, document.lines, version)
        self._documents[uri] = document
        return document, changes

    def close(self, uri: str) -> Document | None:
        """Forgets a document; gives its last version, None when it was not open."""
        return self._documents.pop(uri, None)
