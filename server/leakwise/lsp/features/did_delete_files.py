"""`workspace/didDeleteFiles`: what the user did to files and folders in the editor."""

from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.file_events import files_changed

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def did_delete_files(ls: "LeakwiseServer", params: types.DeleteFilesParams) -> None:
    """Has what rests on what is gone found out anew."""
    files_changed(ls, gone=[file.uri for file in params.files])
