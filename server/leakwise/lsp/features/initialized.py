"""`initialized`: time to load the engine, and to say which files and settings matter."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.configuration import ask_editor
from leakwise.lsp.settings import SECTION

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


FILES = ("**/*.py", "**/*.pyi", "**/*.ipynb")
SETTINGS = ("**/pyproject.toml", "**/leakwise.toml", "**/.leakwise.toml")


def initialized(ls: "LeakwiseServer", params: types.InitializedParams) -> None:
    """Starts the analysis thread, asks to be told when files or settings change, and for the
    settings."""
    ls.scheduler.start()
    registrations = list(_registrations(ls))
    if registrations:
        ls.client_register_capability(types.RegistrationParams(registrations))
    if ls.client.answers_configuration:
        ask_editor(ls)


def _registrations(ls: "LeakwiseServer") -> Iterator[types.Registration]:
    if ls.client.watches_files:
        files = types.DidChangeWatchedFilesRegistrationOptions(
            [types.FileSystemWatcher(glob_pattern=pattern) for pattern in (*FILES, *SETTINGS)]
        )
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        yield types.Registration("leakwise-files", method, files)
    if ls.client.registers_configuration:
        settings = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
        method = types.WORKSPACE_DID_CHANGE_CONFIGURATION
        yield types.Registration("leakwise-settings", method, settings)
