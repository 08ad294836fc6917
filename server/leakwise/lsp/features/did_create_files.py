"""`workspace/didCreateFiles`: what the user did to files and folders in the editor."""

from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.file_events import files_changed

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def did_create_files(ls: "LeakwiseServer", params: types.CreateFilesParams) -> None:
    """Has what rests on the files and folders found out anew."""
    files_changed(ls, [file.uri for file in params.files])
