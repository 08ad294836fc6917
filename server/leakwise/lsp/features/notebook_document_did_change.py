"""`notebookDocument/didChange`."""

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def notebook_document_did_change(
    ls: "LeakwiseServer", params: types.DidChangeNotebookDocumentParams
) -> None:
    """Takes cells that were added, moved, removed, typed in or made another kind of."""
    changed = ls.documents.notebooks.change(
        params.notebook_document.uri,
        params.notebook_document.version,
        params.change,
        ls.client.encoding,
    )
    if changed is not None:
        ls.scheduler.change(*changed)
