"""`workspace/didChangeWatchedFiles`."""

from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.sources import uri_to_path

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def did_change_watched_files(
    ls: "LeakwiseServer", params: types.DidChangeWatchedFilesParams
) -> None:
    """Has what rests on the files found out anew."""
    paths = (uri_to_path(change.uri) for change in params.changes)
    ls.scheduler.files_changed([str(path) for path in paths if path is not None])
