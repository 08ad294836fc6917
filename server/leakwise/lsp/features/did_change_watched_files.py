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
    found = (uri_to_path(change.uri) for change in params.changes)
    paths = [path for path in found if path is not None]
    ls.scheduler.files_changed([str(path) for path in paths])
    if any(path.suffix == ".toml" for path in paths):
        # One that a settings file extends may have any name.
        ls.scheduler.settings_changed()
        ls.scans.forget()
    ls.scans.changed(map(str, paths))
    for change in params.changes:
        if change.type == types.FileChangeType.Deleted and change.uri in ls.sent:
            ls.sent.discard(change.uri)
            ls.publish_ready(change.uri, None, "[]")
