"""`leakwise.printDebugInformation`: what a report of a defect should say."""

import json
import os
import platform
import sys
from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise import __version__

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer

_LIBRARIES = ("pygls", "lsprotocol", "libcst", "jedi")


async def print_debug_information(ls: "LeakwiseServer", arguments: list[types.LSPAny]) -> str:
    """The text, which is written to the client's output panel too."""
    text = "\n".join(_lines(ls))
    ls.window_log_message(types.LogMessageParams(types.MessageType.Info, text))
    return text


def _lines(ls: "LeakwiseServer") -> list[str]:
    from importlib.metadata import version

    client = ls.client_name or "an editor that does not say its name"
    documents = ls.documents.all()
    lines = [
        f"Leakwise {__version__} for {client}",
        f"Python {platform.python_version()} at {sys.executable}, on {platform.platform()}",
        f"Process {os.getpid()}, started as {' '.join(sys.orig_argv)}",
        "Libraries: " + ", ".join(f"{name} {version(name)}" for name in _LIBRARIES),
        f"Folders: {', '.join(map(str, ls.roots)) or 'none'}",
        f"Columns in {ls.client.encoding}; diagnostics are "
        + ("pulled" if ls.client.pulls_diagnostics else "pushed"),
        f"Preferences: {ls.preferences}",
        f"Capabilities: {json.dumps(ls.client.as_data(), sort_keys=True)}",
        f"Open documents: {len(documents)}",
    ]
    for document in documents:
        lines.append(f"- {document.uri}: version {document.version}, {len(document.lines)} lines")
    return lines
