"""`textDocument/didSave`."""

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def did_save(ls: "LeakwiseServer", params: types.DidSaveTextDocumentParams) -> None:
    """Takes saving for the end of typing."""
    ls.scheduler.rest(params.text_document.uri)
