"""`initialize`: what the client can do decides what we offer."""

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.client import Client
from leakwise.lsp.client_process import until_gone
from leakwise.lsp.features.diagnostic import diagnostic

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def initialize(ls: "LeakwiseServer", params: types.InitializeParams) -> None:
    """Reads the client's capabilities; pygls then answers with ours."""
    ls.client = Client.from_capabilities(params.capabilities)
    ls.scheduler.pushes = not ls.client.pulls_diagnostics
    if ls.client.pulls_diagnostics:
        # Offered to no other: a client that is given both ways shows everything twice.
        ls.feature(
            types.TEXT_DOCUMENT_DIAGNOSTIC,
            types.DiagnosticOptions(
                inter_file_dependencies=False, workspace_diagnostics=False, identifier="leakwise"
            ),
        )(diagnostic)
    if params.process_id is not None:
        ls.watching = asyncio.create_task(_stop_without(ls, params.process_id))


async def _stop_without(ls: "LeakwiseServer", process_id: int) -> None:
    await until_gone(process_id)
    ls.stop()
