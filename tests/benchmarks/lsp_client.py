"""A language client over stdio that costs little beside the servers it measures.

Frames are encoded before the clock starts, and an answer's time is the moment its last byte was
read: parsing it is not counted.
"""

import json
import os
import selectors
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

Json = dict[str, Any]


class ServerGone(Exception):
    """The server closed its output, broke the protocol or did not answer in time."""


def frame(message: Json) -> bytes:
    """`message` as it goes over the wire."""
    body = json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":")).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def notification(method: str, params: Json) -> bytes:
    """The frame of a notification."""
    return frame({"method": method, "params": params})


def request(number: int, method: str, params: Json | None) -> bytes:
    """The frame of request `number`."""
    message: Json = {"id": number, "method": method}
    return frame(message if params is None else {**message, "params": params})


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message of the server and the `time.perf_counter` at which it was whole."""

    message: Json
    at: float


@dataclass(slots=True)
class Client:
    """One running language server."""

    command: Sequence[str]
    pulls: bool = False
    started: float = 0.0
    capabilities: Json = field(default_factory=dict)
    _process: subprocess.Popen[bytes] = field(init=False)
    _selector: selectors.BaseSelector = field(init=False)
    _errors: Any = field(init=False)
    _buffer: bytearray = field(default_factory=bytearray)
    _unsent: bytearray = field(default_factory=bytearray)
    _arrived: deque[Arrival] = field(default_factory=deque)
    _last_request: int = 0

    def __enter__(self) -> "Client":
        self._errors = tempfile.TemporaryFile()
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdin.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._process.stdout, selectors.EVENT_READ)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.ask("shutdown", None)
                self.send(notification("exit", {}))
                self._process.wait(10)
        except (ServerGone, OSError, subprocess.TimeoutExpired):
            # What was measured stands; a server that does not leave by itself is ended below.
            pass
        finally:
            self._process.kill()
            self._process.wait()
            self._selector.close()
            for stream in (self._process.stdin, self._process.stdout, self._errors):
                if stream is not None:
                    stream.close()

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self._process.pid

    def next_number(self) -> int:
        """A fresh request number."""
        self._last_request += 1
        return self._last_request

    def send(self, data: bytes) -> None:
        """Writes encoded frames, reading meanwhile so that neither side waits for the other."""
        assert self._process.stdin is not None
        self._unsent += data
        out = self._process.stdin.fileno()
        waiting = False
        try:
            while self._unsent:
                try:
                    del self._unsent[: os.write(out, self._unsent)]
                except BlockingIOError:
                    if not waiting:
                        self._selector.register(out, selectors.EVENT_WRITE)
                        waiting = True
                    self._read(time.perf_counter() + 60)
        except BrokenPipeError:
            raise ServerGone(self._complaint("closed its input")) from None
        finally:
            if waiting:
                self._selector.unregister(out)

    def wait(self, wanted: Callable[[Json], bool], limit: float = 60.0) -> Arrival:
        """The next message that is `wanted`; others are dropped, requests among them answered.

        Raises `ServerGone` after `limit` seconds.
        """
        deadline = time.perf_counter() + limit
        while True:
            while self._arrived:
                arrival = self._arrived.popleft()
                if "method" in arrival.message and "id" in arrival.message:
                    self._answer(arrival.message)
                elif wanted(arrival.message):
                    return arrival
            self._read(deadline)

    def ask(self, method: str, params: Json | None, limit: float = 60.0) -> Arrival:
        """Sends a request and gives its answer; an error answer raises `ServerGone`."""
        number = self.next_number()
        self.send(request(number, method, params))
        return self.answer(number, limit)

    def answer(self, number: int, limit: float = 60.0) -> Arrival:
        """The answer to request `number`."""
        arrival = self.wait(lambda message: message.get("id") == number, limit)
        if "error" in arrival.message:
            raise ServerGone(self._complaint(f"answered {arrival.message['error']}"))
        return arrival

    def initialize(self, root_uri: str, options: Json | None = None) -> Arrival:
        """Shakes hands as a client that pulls diagnostics, or one that only takes pushed ones."""
        abilities: Json = {
            "synchronization": {"didSave": True},
            "publishDiagnostics": {"relatedInformation": True, "versionSupport": True},
        }
        if self.pulls:
            abilities["diagnostic"] = {"dynamicRegistration": False}
        arrival = self.ask(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": root_uri,
                "workspaceFolders": [{"uri": root_uri, "name": "benchmark"}],
                "initializationOptions": options or {},
                "capabilities": {
                    "general": {"positionEncodings": ["utf-16"]},
                    "textDocument": abilities,
                    "notebookDocument": {"synchronization": {}},
                    "workspace": {"configuration": True, "workspaceFolders": True},
                },
            },
        )
        self.capabilities = arrival.message["result"]["capabilities"]
        self.send(notification("initialized", {}))
        return arrival

    def _read(self, deadline: float) -> None:
        """Takes in what the server wrote, waiting until `deadline` for the first byte."""
        assert self._process.stdout is not None
        ready = self._selector.select(max(0.0, deadline - time.perf_counter()))
        if not ready:
            raise ServerGone(self._complaint("did not answer in time"))
        out = self._process.stdout.fileno()
        if all(key.fd != out for key, _ in ready):
            return
        data = os.read(out, 1 << 20)
        now = time.perf_counter()
        if not data:
            raise ServerGone(self._complaint("closed its output"))
        self._buffer += data
        while (head := self._buffer.find(b"\r\n\r\n")) >= 0:
            length = _content_length(bytes(self._buffer[:head]))
            end = head + 4 + length
            if len(self._buffer) < end:
                return
            message = json.loads(self._buffer[head + 4 : end])
            del self._buffer[:end]
            self._arrived.append(Arrival(message, now))

    def _answer(self, message: Json) -> None:
        result: Any = None
        if message["method"] == "workspace/configuration":
            result = [None for _ in message["params"]["items"]]
        self.send(frame({"id": message["id"], "result": result}))

    def _complaint(self, what: str) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return what + (f": {lines[-1][:100]}" if lines else "")


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ServerGone(f"a message without Content-Length: {head!r}")
