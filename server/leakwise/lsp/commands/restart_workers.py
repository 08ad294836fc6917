"""`leakwise.restartWorkers`: everything is looked at anew."""

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


async def restart_workers(ls: "LeakwiseServer", arguments: list[types.LSPAny]) -> None:
    """Ends the process that knows other files and starts another; analyses all open documents from
    scratch, with rules that took too long before."""
    ls.scheduler.begin_anew()
