"""`exit`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def exit_(ls: "LeakwiseServer", params: None) -> None:
    """Ends the conversation."""
    ls.stop()
