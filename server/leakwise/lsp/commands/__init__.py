"""The commands of `workspace/executeCommand`: one module for each."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.commands.names import (
    PRINT_DEBUG_INFORMATION,
    RESTART_WORKERS,
    SCAN_WORKSPACE,
    SHOW_RULE_PAGE,
)
from leakwise.lsp.commands.print_debug_information import print_debug_information
from leakwise.lsp.commands.restart_workers import restart_workers
from leakwise.lsp.commands.scan_workspace import scan_workspace
from leakwise.lsp.commands.show_rule_page import show_rule_page

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer

    Command = Callable[[LeakwiseServer, list[types.LSPAny]], Awaitable[object]]
    """Carries out a command with its arguments; what it gives is sent to the client."""

COMMANDS: "Mapping[str, Command]" = {
    PRINT_DEBUG_INFORMATION: print_debug_information,
    RESTART_WORKERS: restart_workers,
    SCAN_WORKSPACE: scan_workspace,
    SHOW_RULE_PAGE: show_rule_page,
}
