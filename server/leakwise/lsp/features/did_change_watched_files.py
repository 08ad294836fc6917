"""`workspace/didChangeWatchedFiles`."""

from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.file_events import files_changed

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def did_change_watched_files(
    ls: "LeakwiseServer", params: types.DidChangeWatchedFilesParams
) -> None:
    """Has what rests on the files found out anew."""
    gone = [one.uri for one in params.changes if one.type == types.FileChangeType.Deleted]
    files_changed(ls, [one.uri for one in params.changes if one.uri not in gone], gone)
