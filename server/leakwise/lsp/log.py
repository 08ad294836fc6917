"""Log records on stderr or in a file and, as `window/logMessage`, in the client's output panel."""

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_LEVELS = {
    logging.ERROR: types.MessageType.Error,
    logging.WARNING: types.MessageType.Warning,
    logging.INFO: types.MessageType.Info,
    logging.DEBUG: types.MessageType.Log,
}


def configure(level: int, file: Path | None) -> None:
    """Has records of `level` and above written to `file`, else to stderr; ours go to the client
    too.

    Raises:
        OSError: the file cannot be written.
    """
    handler = (
        logging.StreamHandler(sys.stderr)
        if file is None
        else logging.FileHandler(file, encoding="utf-8", errors="backslashreplace")
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, format=_FORMAT)
    logging.getLogger("leakwise").setLevel(level)
    # It warns of what is usual, notifications that are not ours and cancels that come too late, and
    # tells of what a client sent in pages. What is worth telling we tell.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)


@contextmanager
def log_to(server: "LeakwiseServer") -> Iterator[None]:
    """Sends our own records to the client while it is entered."""
    configure(logging.getLogger("leakwise").level or logging.WARNING, None)
    handler = _ClientHandler(server, asyncio.get_running_loop())
    ours = logging.getLogger("leakwise")
    ours.addHandler(handler)
    try:
        yield
    finally:
        ours.removeHandler(handler)


class _ClientHandler(logging.Handler):
    def __init__(self, server: "LeakwiseServer", loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._server = server
        self._loop = loop

    def emit(self, record: logging.LogRecord) -> None:
        level = _LEVELS.get(record.levelno, types.MessageType.Log)
        message = types.LogMessageParams(level, self.format(record))
        if not self._loop.is_closed():
            # Records come from the analysis thread too.
            self._loop.call_soon_threadsafe(self._server.window_log_message, message)
