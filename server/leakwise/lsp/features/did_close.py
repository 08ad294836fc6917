"""`textDocument/didClose`."""

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def did_close(ls: "LeakwiseServer", params: types.DidCloseTextDocumentParams) -> None:
    """Forgets the document and takes back what was published about it."""
    ls.close(params.text_document.uri)
