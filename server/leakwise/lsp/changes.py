"""Applying the changes of a text that a client sends."""

from collections.abc import Iterable

from lsprotocol import types

from leakwise.lsp.convert import from_lsp_range
from leakwise.text import Document, LineChange


def changed(
    document: Document,
    version: int,
    events: Iterable[types.TextDocumentContentChangeEvent],
    encoding: str,
) -> tuple[Document, list[LineChange]]:
    """The document after `events`, applied in order, and the changes that lead to it."""
    changes: list[LineChange] = []
    for event in events:
        if isinstance(event, types.TextDocumentContentChangePartial):
            span = from_lsp_range(event.range, document.lines, encoding)
            document, change = document.replace(span, event.text, version)
        else:
            document, change = document.with_text(event.text, version)
        changes.append(change)
    if not changes:
        document = Document(document.uri, document.lines, version)
    return document, changes
