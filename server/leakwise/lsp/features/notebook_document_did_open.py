"""`notebookDocument/didOpen`."""

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def notebook_document_did_open(
    ls: "LeakwiseServer", params: types.DidOpenNotebookDocumentParams
) -> None:
    """Begins to analyse the notebook, its cells joined."""
    ls.scheduler.start()
    ls.close(params.notebook_document.uri)
    texts = params.cell_text_documents
    ls.scheduler.open(ls.documents.notebooks.open(params.notebook_document, texts))
