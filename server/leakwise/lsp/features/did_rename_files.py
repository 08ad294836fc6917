"""`workspace/didRenameFiles`: what the user did to files and folders in the editor."""

from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.file_events import files_changed

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def did_rename_files(ls: "LeakwiseServer", params: types.RenameFilesParams) -> None:
    """Has what rests on what was moved found out anew."""
    new = [file.new_uri for file in params.files]
    files_changed(ls, new, gone=[file.old_uri for file in params.files])
