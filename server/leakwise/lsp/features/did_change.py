"""`textDocument/didChange`."""

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def did_change(ls: "LeakwiseServer", params: types.DidChangeTextDocumentParams) -> None:
    """Applies the changes at once, and has the new version analysed."""
    changed = ls.documents.change(
        params.text_document.uri,
        params.text_document.version,
        params.content_changes,
        ls.client.encoding,
    )
    if changed is not None:
        ls.scheduler.change(*changed)
