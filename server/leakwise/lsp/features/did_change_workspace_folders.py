"""`workspace/didChangeWorkspaceFolders`."""

from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.configuration import ask_editor
from leakwise.sources import uri_to_path

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def did_change_workspace_folders(
    ls: "LeakwiseServer", params: types.DidChangeWorkspaceFoldersParams
) -> None:
    """Goes by the folders that are there now: their settings, those that the editor has for them,
    and what their files tell."""
    gone = [uri_to_path(folder.uri) for folder in params.event.removed]
    new = [uri_to_path(folder.uri) for folder in params.event.added]
    kept = [root for root in ls.roots if root not in gone]
    ls.set_roots([*kept, *(path for path in new if path is not None and path not in kept)])
    if ls.client.answers_configuration:
        ask_editor(ls)
