"""`workspace/didChangeWatchedFiles`."""

from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.file_events import files_changed

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def did_change_watched_files(
    ls: "LeakwiseServer", params: types.DidChangeWatchedFilesParams
) -> None:
    """Has what rests on the files found out anew. What came last counts: a file that is replaced
    may be removed first."""
    last = {one.uri: one.type for one in params.changes}
    gone = [uri for uri, kind in last.items() if kind == types.FileChangeType.Deleted]
    there = [uri for uri, kind in last.items() if kind != types.FileChangeType.Deleted]
    files_changed(ls, there, gone)
