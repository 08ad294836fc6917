"""How messages come and go: over stdio, TCP or a WebSocket, each for one client."""

import asyncio
import contextlib
import logging
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, BinaryIO

from leakwise.lsp.framing import Framing
from leakwise.lsp.log import log_to
from leakwise.lsp.server import LeakwiseServer

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

logger = logging.getLogger(__name__)

COULD_NOT_LISTEN = 2
"""The exit status when the address cannot be listened on."""

_CHUNK_BYTES = 1 << 16


def serve_stdio() -> int:
    """Serves the client at the other end of stdin and stdout; gives the exit status."""
    # Copies, so that whatever else prints or reads, be it a child process, does not break in.
    source, target = os.dup(0), os.dup(1)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return asyncio.run(_serve_pipes(source, os.fdopen(target, "wb")))


def serve_tcp(host: str, port: int) -> int:
    """Serves the first client that connects; gives the exit status."""
    return _serve_listening(_serve_tcp, host, port)


def serve_websocket(host: str, port: int) -> int:
    """Serves the first client that connects; gives the exit status."""
    return _serve_listening(_serve_websocket, host, port)


def _serve_listening(serve: Callable[[str, int], Awaitable[int]], host: str, port: int) -> int:
    async def main() -> int:
        return await serve(host, port)

    try:
        return asyncio.run(main())
    except OSError as error:
        _say(f"leakwise: cannot listen on {host}:{port}: {error}")
        return COULD_NOT_LISTEN


async def _serve_pipes(source: int, output: BinaryIO) -> int:
    server = LeakwiseServer()
    server.protocol.set_writer(_PipeWriter(output, server.stop))
    with log_to(server):
        # A thread, since not every system can await a pipe. It reads on while we write, so that
        # a client that is still writing never waits for us while we wait for it.
        loop = asyncio.get_running_loop()
        threading.Thread(target=_listen_to_pipe, args=(source, server, loop), daemon=True).start()
        await server.stopped.wait()
    return server.exit_code


def _listen_to_pipe(source: int, server: LeakwiseServer, loop: asyncio.AbstractEventLoop) -> None:
    framing = Framing()
    with contextlib.suppress(RuntimeError):  # The loop has ended.
        try:
            # Not `sys.stdin`: an exit while a daemon thread reads from it is a fatal error.
            while chunk := os.read(source, _CHUNK_BYTES):
                for body in framing.bodies(chunk):
                    loop.call_soon_threadsafe(server.protocol.receive, body)
        except OSError as error:
            logger.warning("Reading from the client failed: %s", error)
        loop.call_soon_threadsafe(server.stop)


async def _serve_tcp(host: str, port: int) -> int:
    arrived: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]
    arrived = asyncio.get_running_loop().create_future()

    def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if arrived.done():
            writer.close()
        else:
            arrived.set_result((reader, writer))

    listener = await asyncio.start_server(welcome, host, port)
    _announce("tcp", listener.sockets[0].getsockname())
    reader, writer = await arrived
    listener.close()
    server = LeakwiseServer()
    server.protocol.set_writer(_StreamWriter(writer))

    async def listen() -> None:
        framing = Framing()
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(_CHUNK_BYTES):
                for body in framing.bodies(chunk):
                    server.protocol.receive(body)

    status = await _converse(server, listen)
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return status


async def _serve_websocket(host: str, port: int) -> int:
    # Only this transport needs it.
    from websockets.asyncio.server import serve
    from websockets.exceptions import ConnectionClosed

    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    taken = False

    async def welcome(connection: "ServerConnection") -> None:
        nonlocal taken
        if taken:
            return
        taken = True
        server = LeakwiseServer()
        server.protocol.set_writer(_WebSocketWriter(connection), include_headers=False)

        async def listen() -> None:
            with contextlib.suppress(ConnectionClosed):
                async for frame in connection:
                    server.protocol.receive(frame.encode() if isinstance(frame, str) else frame)

        status = await _converse(server, listen)
        await connection.close()
        ended.set_result(status)

    async with serve(welcome, host, port, max_size=None) as listener:
        _announce("ws", next(iter(listener.sockets)).getsockname())
        return await ended


async def _converse(server: LeakwiseServer, listen: Callable[[], Awaitable[None]]) -> int:
    """Listens until one side ends the conversation; gives the exit status."""
    with log_to(server):
        listening = asyncio.ensure_future(listen())
        stopped = asyncio.ensure_future(server.stopped.wait())
        await asyncio.wait((listening, stopped), return_when=asyncio.FIRST_COMPLETED)
        server.stop()
        listening.cancel()
        stopped.cancel()
    return server.exit_code


class _PipeWriter:
    """Writes messages to a pipe; calls `gone` when nobody reads it any more."""

    def __init__(self, output: BinaryIO, gone: Callable[[], None]) -> None:
        self._output = output
        self._gone = gone

    def write(self, data: bytes) -> None:
        try:
            self._output.write(data)
            self._output.flush()
        except OSError:
            self._gone()

    def close(self) -> None:
        self._output.close()


class _StreamWriter:
    """A TCP connection as pygls's writer."""

    def __init__(self, stream: asyncio.StreamWriter) -> None:
        self._stream = stream

    def write(self, data: bytes) -> None:
        self._stream.write(data)

    def close(self) -> None:
        self._stream.close()


class _WebSocketWriter:
    """A WebSocket as pygls's writer. Text frames: browser clients cannot parse binary ones."""

    def __init__(self, connection: "ServerConnection") -> None:
        self._connection = connection
        self._sending: set[asyncio.Task[None]] = set()

    def write(self, data: bytes) -> None:
        sending = asyncio.create_task(self._send(data))
        # The loop itself keeps no task alive.
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)

    async def _send(self, data: bytes) -> None:
        from websockets.exceptions import ConnectionClosed

        with contextlib.suppress(ConnectionClosed):
            await self._connection.send(data, text=True)

    def close(self) -> None:
        """The connection is closed by who opened it."""


def _announce(scheme: str, address: tuple[str, int]) -> None:
    _say(f"Listening on {scheme}://{address[0]}:{address[1]}")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
