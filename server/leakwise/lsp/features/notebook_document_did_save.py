"""`notebookDocument/didSave`."""

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def notebook_document_did_save(
    ls: "LeakwiseServer", params: types.DidSaveNotebookDocumentParams
) -> None:
    """Takes saving for the end of typing."""
    ls.scheduler.rest(params.notebook_document.uri)
