"""`initialize`: what the client can do decides what we offer."""

from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.background import in_background
from leakwise.lsp.client import Client
from leakwise.lsp.client_process import until_gone
from leakwise.lsp.features.diagnostic import diagnostic
from leakwise.lsp.features.workspace_diagnostic import workspace_diagnostic
from leakwise.lsp.preferences import Preferences
from leakwise.lsp.settings import unwrapped
from leakwise.sources import uri_to_path

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def initialize(ls: "LeakwiseServer", params: types.InitializeParams) -> None:
    """Reads the client's capabilities; pygls then answers with ours."""
    ls.client = Client.from_capabilities(params.capabilities)
    if params.client_info is not None:
        ls.client_name = f"{params.client_info.name} {params.client_info.version or ''}".rstrip()
    if params.trace is not None:
        ls.protocol.trace = types.TraceValue(params.trace)
    ls.initial_options = params.initialization_options
    ls.preferences = Preferences.from_options(params.initialization_options)
    ls.roots = _roots(params)
    ls.scheduler.analysed.neighbours.roots = ls.roots
    ls.scheduler.analysed.settings.roots = ls.roots
    ls.scheduler.analysed.settings.options = ls.options = {"": unwrapped(ls.initial_options)}
    ls.scheduler.analysed.settings.watched = ls.client.watches_files
    ls.scheduler.analysed.pushes = not ls.client.pulls_diagnostics
    if ls.client.pulls_diagnostics:
        # Offered to no other: a client that is given both ways shows everything twice.
        ls.feature(
            types.TEXT_DOCUMENT_DIAGNOSTIC,
            types.DiagnosticOptions(
                inter_file_dependencies=True, workspace_diagnostics=True, identifier="leakwise"
            ),
        )(diagnostic)
        ls.feature(types.WORKSPACE_DIAGNOSTIC)(workspace_diagnostic)
    if params.process_id is not None:
        ls.watching = in_background(_stop_without(ls, params.process_id))


def _roots(params: types.InitializeParams) -> list[Path]:
    """The folders of the workspace that are on this machine's disk."""
    folders = [folder.uri for folder in params.workspace_folders or ()]
    if not folders and params.root_uri is not None:
        folders = [params.root_uri]
    return [path for uri in folders if (path := uri_to_path(uri)) is not None]


async def _stop_without(ls: "LeakwiseServer", process_id: int) -> None:
    await until_gone(process_id)
    ls.stop()
