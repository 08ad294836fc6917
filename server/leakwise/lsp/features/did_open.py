"""`textDocument/didOpen`."""

from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.settings_files import is_settings

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def did_open(ls: "LeakwiseServer", params: types.DidOpenTextDocumentParams) -> None:
    """Begins to analyse the document. A settings file is kept as it is in the editor, and counts as
    it is on the disk."""
    ls.scheduler.start()
    ls.close(params.text_document.uri)
    document = ls.documents.open(params.text_document)
    if not is_settings(document.uri):
        ls.scheduler.open(document)
