"""Log records on stderr and, as `window/logMessage`, in the client's output panel."""

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


@contextmanager
def log_to(server: "LeakwiseServer") -> Iterator[None]:
    """Sends warnings and errors to stderr, and our own to the client, while it is entered."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    # It warns of what is usual: notifications that are not ours, cancels that come too late.
    logging.getLogger("pygls").setLevel(logging.ERROR)
    handler = _ClientHandler(server, asyncio.get_running_loop())
    ours = logging.getLogger("leakwise")
    ours.addHandler(handler)
    try:
        yield
    finally:
        ours.removeHandler(handler)


class _ClientHandler(logging.Handler):
    def __init__(self, server: "LeakwiseServer", loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(logging.WARNING)
        self._server = server
        self._loop = loop

    def emit(self, record: logging.LogRecord) -> None:
        error = record.levelno >= logging.ERROR
        level = types.MessageType.Error if error else types.MessageType.Warning
        message = types.LogMessageParams(level, self.format(record))
        if not self._loop.is_closed():
            # Records come from the analysis thread too.
            self._loop.call_soon_threadsafe(self._server.window_log_message, message)
