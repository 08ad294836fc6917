"""`initialized`: time to load the engine, and to say which files matter."""

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


WATCHED = ("**/*.py", "**/*.pyi", "**/*.ipynb")


def initialized(ls: "LeakwiseServer", params: types.InitializedParams) -> None:
    """Starts the analysis thread, and asks to be told when files change."""
    ls.scheduler.start()
    if ls.client.watches_files:
        options = types.DidChangeWatchedFilesRegistrationOptions(
            [types.FileSystemWatcher(glob_pattern=pattern) for pattern in WATCHED]
        )
        registration = types.Registration(
            "leakwise-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options
        )
        ls.client_register_capability(types.RegistrationParams([registration]))
