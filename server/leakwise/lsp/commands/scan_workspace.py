"""`leakwise.scanWorkspace`: checks all files of the workspace and shows what is found."""

from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.progress import Progress
from leakwise.lsp.workspace_files import scanned
from leakwise.sources import path_to_uri

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


async def scan_workspace(
    ls: "LeakwiseServer", arguments: list[types.LSPAny]
) -> dict[str, types.LSPAny]:
    """How many files were checked, and what they hold. A client that pulls diagnostics is asked to
    pull them again; to another one they are sent."""
    files = findings = 0
    progress = await Progress.of_server(ls)
    async for one in scanned(ls, progress):
        files += 1
        findings += one.count
        uri = path_to_uri(Path(one.path))
        if not ls.client.pulls_diagnostics and (one.count or uri in ls.sent):
            ls.sent.add(uri)
            ls.publish_ready(uri, None, one.items)
    if ls.client.pulls_diagnostics:
        ls.refresh()
    return {"files": files, "findings": findings}
