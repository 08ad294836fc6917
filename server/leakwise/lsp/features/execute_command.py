"""`workspace/executeCommand`."""

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from leakwise.lsp.commands import COMMANDS

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


async def execute_command(ls: "LeakwiseServer", params: types.ExecuteCommandParams) -> object:
    """What the command gives.

    Raises:
        JsonRpcInvalidParams: there is no such command, or its arguments are wrong.
    """
    command = COMMANDS.get(params.command)
    if command is None:
        known = ", ".join(COMMANDS)
        raise JsonRpcInvalidParams(f"There is no command {params.command!r}; there are: {known}.")
    return await command(ls, list(params.arguments or ()))
