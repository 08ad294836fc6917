"""The editor's settings: asked for, or told."""

import logging
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from leakwise.lsp.background import in_background
from leakwise.lsp.preferences import Preferences
from leakwise.lsp.settings import SECTION, unwrapped

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer

logger = logging.getLogger(__name__)


def ask_editor(ls: "LeakwiseServer") -> None:
    """Asks the editor for its settings of each folder, and heeds them when it answers."""
    ls.asking = in_background(_asked(ls))


async def _asked(ls: "LeakwiseServer") -> None:
    folders = [root.as_uri() for root in ls.roots]
    items = [types.ConfigurationItem(scope_uri=one, section=SECTION) for one in folders]
    items.append(types.ConfigurationItem(section=SECTION))
    try:
        answers = await ls.workspace_configuration_async(types.ConfigurationParams(items))
    except JsonRpcException as error:
        logger.warning("The editor does not tell its settings: %s", error)
        return
    heed(ls, dict(zip((*folders, ""), answers, strict=False)))


def heed(ls: "LeakwiseServer", options: dict[str, object]) -> None:
    """Takes the editor's settings, by the address of a folder; "" for all others. Where it has
    none, those hold that came with `initialize`."""
    first = unwrapped(ls.initial_options)
    merged = {folder: {**first, **unwrapped(one)} for folder, one in options.items()}
    had_hints = ls.preferences.inlay_hints
    ls.preferences = Preferences.from_options(next(iter(merged.values()), first))
    if ls.preferences.inlay_hints != had_hints:
        ls.refresh_hints()
    ls.options = merged
    ls.scans.forget()
    ls.sent.look_again()
    ls.stir()
    ls.scheduler.settings_changed(merged)
