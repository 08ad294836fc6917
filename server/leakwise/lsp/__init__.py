"""The language server: LSP in front of the engine. Only this package knows the protocol."""

import gc
import logging
from pathlib import Path


def serve_stdio() -> int:
    """Serves one client over stdin and stdout until it leaves; gives the exit status."""
    _load()
    from leakwise.lsp import transport

    return transport.serve_stdio()


def serve_tcp(host: str, port: int) -> int:
    """Serves the first client that connects over TCP until it leaves; gives the exit status.

    The address is written to stderr once it can be connected to. Port 0 takes any free port.
    """
    _load()
    from leakwise.lsp import transport

    return transport.serve_tcp(host, port)


def serve_websocket(host: str, port: int) -> int:
    """As `serve_tcp`, over a WebSocket with one message a frame."""
    _load()
    from leakwise.lsp import transport

    return transport.serve_websocket(host, port)


def configure_log(level: str, file: Path | None) -> None:
    """Sets what is logged, `debug` to `error`, and where: into `file`, else to stderr.

    Raises:
        OSError: the file cannot be written.
    """
    _load()
    from leakwise.lsp.log import configure

    configure(logging.getLevelNamesMapping()[level.upper()], file)


def _load() -> None:
    """Imports the server. What it consists of stays, so the collector never looks at it again."""
    gc.disable()
    import leakwise.lsp.transport  # noqa: F401

    gc.freeze()
    # A syntax tree is many objects and no circle: looking less often saves a fifth of an opening.
    # Of what is older less is gathered before it is looked at, as everybody waits meanwhile.
    gc.set_threshold(50_000, 3, 30)
    gc.enable()
