"""`workspace/didChangeConfiguration`."""

from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.configuration import ask_editor, heed

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def did_change_configuration(
    ls: "LeakwiseServer", params: types.DidChangeConfigurationParams
) -> None:
    """Asks for the new settings where the client answers that, else takes those that it sends."""
    if ls.client.answers_configuration:
        ask_editor(ls)
    else:
        heed(ls, {"": params.settings})
