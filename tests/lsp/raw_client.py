"""A client of its own making over pipes or a socket: it can misbehave, where pytest-lsp cannot."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import IO, Any

Json = dict[str, Any]

PATIENCE_SECONDS = 120.0

ARGUMENTS = ["-m", "leakwise", "server"]
COMMAND = [sys.executable, *ARGUMENTS]


def frame(message: Json) -> bytes:
    """A message as it goes over the wire."""
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


class Conversation:
    """Messages to and from a server. A thread reads, so that neither side ever blocks the other."""

    def __init__(self, write: Callable[[bytes], None], source: IO[bytes]) -> None:
        self.write = write
        self._source = source
        self._received: SimpleQueue[Json | None] = SimpleQueue()
        self._requests = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        length = 0
        while header := self._source.readline():
            if header.lower().startswith(b"content-length:"):
                length = int(header.split(b":")[1])
            elif header == b"\r\n":
                self._received.put(json.loads(self._source.read(length)))
        self._received.put(None)

    def receive(self) -> Json | None:
        """The next message; None once the server has closed its side."""
        try:
            return self._received.get(timeout=PATIENCE_SECONDS)
        except Empty:
            raise AssertionError("The server is silent.") from None

    def until(self, condition: Callable[[Json], bool]) -> list[Json]:
        """All messages up to the first that fulfils the condition."""
        seen: list[Json] = []
        while True:
            message = self.receive()
            assert message is not None, "The server has gone."
            seen.append(message)
            if condition(message):
                return seen

    def send(self, message: Json) -> None:
        """Sends a message."""
        self.write(frame(message))

    def notify(self, method: str, params: Json | None = None) -> None:
        """Sends a notification."""
        self.send({"method": method} if params is None else {"method": method, "params": params})

    def request(self, method: str, params: Json | None = None) -> Json:
        """Sends a request and gives the answer; what comes before it is dropped."""
        self._requests += 1
        number = self._requests
        message: Json = {"id": number, "method": method}
        self.send(message if params is None else {**message, "params": params})
        return self.until(lambda one: one.get("id") == number and "method" not in one)[-1]

    def initialize(self, process_id: int | None = None, **capabilities: Json) -> Json:
        """Opens the session."""
        answer = self.request(
            "initialize", {"processId": process_id, "rootUri": None, "capabilities": capabilities}
        )
        self.notify("initialized", {})
        return answer

    def open(self, uri: str, text: str) -> None:
        """Opens a document as version 1."""
        item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def type(self, uri: str, version: int, line: int, character: int, text: str) -> None:
        """Inserts text into a document."""
        place = {"line": line, "character": character}
        self.notify(
            "textDocument/didChange",
            {
                "textDocument": {"uri": uri, "version": version},
                "contentChanges": [{"range": {"start": place, "end": place}, "text": text}],
            },
        )

    def published(self, uri: str, version: int) -> list[Json]:
        """Everything received up to the diagnostics of a version, which come last."""
        return self.until(
            lambda one: (
                one.get("method") == "textDocument/publishDiagnostics"
                and (one["params"]["uri"], one["params"].get("version")) == (uri, version)
            )
        )


class RawClient(Conversation):
    """A conversation with a server process over its pipes."""

    def __init__(
        self,
        *arguments: str,
        environment: dict[str, str] | None = None,
        python: str = sys.executable,
    ) -> None:
        self.process = subprocess.Popen(
            [python, *ARGUMENTS, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin = self.process.stdin
        super().__init__(self._write, self.process.stdout)

    def __enter__(self) -> "RawClient":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()

    def _write(self, data: bytes) -> None:
        self.stdin.write(data)
        self.stdin.flush()

    def wait(self) -> int:
        """The exit status, once the process has ended."""
        return self.process.wait(PATIENCE_SECONDS)

    def complaints(self) -> str:
        """What stands on stderr, once the process has ended."""
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()
