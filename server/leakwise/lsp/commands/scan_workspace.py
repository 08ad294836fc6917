"""`leakwise.scanWorkspace`: checks all files of the workspace and shows what is found."""

from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.progress import Progress
from leakwise.lsp.workspace_files import scanned

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


async def scan_workspace(
    ls: "LeakwiseServer", arguments: list[types.LSPAny]
) -> dict[str, types.LSPAny]:
    """How many files were checked, and what they hold. A client that pulls diagnostics is asked to
    pull them again; to another one they are sent, and kept true from then on."""
    files = findings = 0
    progress = await Progress.of_server(ls)
    async for one in scanned(ls, progress):
        files += 1
        findings += one.count
        if not ls.client.pulls_diagnostics:
            ls.sent.tell(one)
    if ls.client.pulls_diagnostics:
        ls.refresh()
    return {"files": files, "findings": findings}
