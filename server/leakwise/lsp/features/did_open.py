"""`textDocument/didOpen`."""

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def did_open(ls: "LeakwiseServer", params: types.DidOpenTextDocumentParams) -> None:
    """Begins to analyse the document."""
    ls.scheduler.start()
    ls.close(params.text_document.uri)
    ls.scheduler.open(ls.documents.open(params.text_document))
