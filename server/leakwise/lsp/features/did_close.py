"""`textDocument/didClose`."""

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def did_close(ls: "LeakwiseServer", params: types.DidCloseTextDocumentParams) -> None:
    """Forgets the document and takes back what was published about it."""
    document = ls.documents.close(params.text_document.uri)
    if document is None:
        return
    ls.scheduler.close(document.uri)
    if not ls.client.pulls_diagnostics:
        ls.protocol.notify_ready(
            types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS,
            {"uri": document.uri, "version": document.version, "diagnostics": []},
        )
