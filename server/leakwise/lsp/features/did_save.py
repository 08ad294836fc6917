"""`textDocument/didSave`."""

from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.file_events import files_changed
from leakwise.lsp.settings_files import is_settings

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def did_save(ls: "LeakwiseServer", params: types.DidSaveTextDocumentParams) -> None:
    """Takes saving for the end of typing, and heeds a settings file from then on."""
    uri = params.text_document.uri
    if is_settings(uri):
        files_changed(ls, [uri])
    ls.scheduler.rest(uri)
