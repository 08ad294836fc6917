"""`textDocument/didClose`."""

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def did_close(ls: "LeakwiseServer", params: types.DidCloseTextDocumentParams) -> None:
    """Forgets the document and takes back what was published about it."""
    document = ls.close(params.text_document.uri)
    if document is not None and not ls.client.pulls_diagnostics:
        ls.publish_ready(document, "[]")
