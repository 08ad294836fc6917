"""`notebookDocument/didClose`."""

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def notebook_document_did_close(
    ls: "LeakwiseServer", params: types.DidCloseNotebookDocumentParams
) -> None:
    """Forgets the notebook and takes back what was published about its cells."""
    ls.close(params.notebook_document.uri)
