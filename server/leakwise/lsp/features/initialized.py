"""`initialized`: time to load the engine."""

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def initialized(ls: "LeakwiseServer", params: types.InitializedParams) -> None:
    """Starts the analysis thread."""
    ls.scheduler.start()
