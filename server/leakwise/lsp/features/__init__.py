"""The features: one module for each LSP method that is answered or heeded."""

from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.actions.kinds import FIX_ALL, NOTEBOOK_FIX_ALL, QUICK_FIX
from leakwise.lsp.commands import COMMANDS
from leakwise.lsp.features.code_action import code_action
from leakwise.lsp.features.code_action_resolve import code_action_resolve
from leakwise.lsp.features.did_change import did_change
from leakwise.lsp.features.did_change_configuration import did_change_configuration
from leakwise.lsp.features.did_change_watched_files import did_change_watched_files
from leakwise.lsp.features.did_change_workspace_folders import did_change_workspace_folders
from leakwise.lsp.features.did_close import did_close
from leakwise.lsp.features.did_create_files import did_create_files
from leakwise.lsp.features.did_delete_files import did_delete_files
from leakwise.lsp.features.did_open import did_open
from leakwise.lsp.features.did_rename_files import did_rename_files
from leakwise.lsp.features.did_save import did_save
from leakwise.lsp.features.execute_command import execute_command
from leakwise.lsp.features.exit import exit_
from leakwise.lsp.features.hover import hover
from leakwise.lsp.features.initialize import initialize
from leakwise.lsp.features.initialized import initialized
from leakwise.lsp.features.inlay_hint import inlay_hint
from leakwise.lsp.features.notebook_document_did_change import notebook_document_did_change
from leakwise.lsp.features.notebook_document_did_close import notebook_document_did_close
from leakwise.lsp.features.notebook_document_did_open import notebook_document_did_open
from leakwise.lsp.features.notebook_document_did_save import notebook_document_did_save
from leakwise.lsp.features.work_done_progress_cancel import work_done_progress_cancel

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer

NOTEBOOKS = types.NotebookDocumentSyncOptions(
    [types.NotebookDocumentFilterWithCells([types.NotebookCellLanguage("python")])], save=True
)
"""Which notebooks the client is to tell of: any that have Python cells, and those alone."""


FILES = types.FileOperationRegistrationOptions(
    [
        types.FileOperationFilter(
            types.FileOperationPattern(
                "**/*.{py,pyi,ipynb,toml}", matches=types.FileOperationPatternKind.File
            ),
            scheme="file",
        ),
        types.FileOperationFilter(
            types.FileOperationPattern("**", matches=types.FileOperationPatternKind.Folder),
            scheme="file",
        ),
    ]
)
"""Of which files and folders the client is to tell that the user made, moved or removed them: it
may not watch what a folder held."""


def register(ls: "LeakwiseServer") -> None:
    """Registers every feature that does not depend on the client's capabilities."""
    ls.feature(types.INITIALIZE)(initialize)
    ls.feature(types.INITIALIZED)(initialized)
    ls.feature(types.TEXT_DOCUMENT_DID_OPEN)(did_open)
    ls.feature(types.TEXT_DOCUMENT_DID_CHANGE)(did_change)
    ls.feature(types.TEXT_DOCUMENT_DID_SAVE)(did_save)
    ls.feature(types.TEXT_DOCUMENT_DID_CLOSE)(did_close)
    ls.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)(notebook_document_did_open)
    ls.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)(notebook_document_did_change)
    ls.feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)(notebook_document_did_save)
    ls.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)(notebook_document_did_close)
    ls.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(did_change_configuration)
    ls.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(did_change_watched_files)
    ls.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(did_change_workspace_folders)
    ls.feature(types.WORKSPACE_DID_CREATE_FILES, FILES)(did_create_files)
    ls.feature(types.WORKSPACE_DID_RENAME_FILES, FILES)(did_rename_files)
    ls.feature(types.WORKSPACE_DID_DELETE_FILES, FILES)(did_delete_files)
    ls.feature(types.TEXT_DOCUMENT_HOVER)(hover)
    ls.feature(types.TEXT_DOCUMENT_INLAY_HINT, types.InlayHintOptions(resolve_provider=False))(
        inlay_hint
    )
    ls.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(
            code_action_kinds=[QUICK_FIX, FIX_ALL, NOTEBOOK_FIX_ALL], resolve_provider=True
        ),
    )(code_action)
    ls.feature(types.CODE_ACTION_RESOLVE)(code_action_resolve)
    ls.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)(work_done_progress_cancel)
    ls.feature(types.WORKSPACE_EXECUTE_COMMAND)(execute_command)
    for name, command in COMMANDS.items():
        # So that pygls offers it.
        ls.command(name)(command)
    ls.feature(types.EXIT)(exit_)
