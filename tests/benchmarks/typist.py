"""Types into one document of one server and tells how long each answer took."""

import time

from tests.benchmarks.lsp_client import Client, Json, notification, request
from tests.benchmarks.training_files import LEAK, TrainingFile


def text_place(line: int, column: int) -> Json:
    """An LSP position."""
    return {"line": line, "character": column}


class Typist:
    """Types into one document of one server, which it opens first.

    Each call raises `ServerGone` when the server does not answer.
    """

    def __init__(self, client: Client, uri: str, file: TrainingFile) -> None:
        self._client = client
        self._uri = uri
        self._version = 1
        self._line = file.place
        self._width = len(file.lines[file.place])
        self._indent = self._typed = file.indent
        self.diagnostics: list[Json] = []

    def open(self, text: str) -> float:
        """Opens the document; seconds until its first diagnostics."""
        document = {"uri": self._uri, "languageId": "python", "version": 1, "text": text}
        return self._send(notification("textDocument/didOpen", {"textDocument": document}))

    def type_line(self, text: str = LEAK) -> list[float]:
        """Types `text` on a line of its own; the seconds that each of its keys took."""
        line, column = self._line + 1, self._indent
        self._edit((self._line, self._width), (self._line, self._width), "\n" + " " * column)
        times = []
        for key in text:
            times.append(self._edit((line, column), (line, column), key))
            column += 1
        self._typed = column
        return times

    def reports_leak(self) -> bool:
        """True when a diagnostic stands on the typed line."""
        line = self._line + 1
        return any(
            d["range"]["start"]["line"] <= line <= d["range"]["end"]["line"]
            for d in self.diagnostics
        )

    def erase_line(self) -> None:
        """Takes the typed line away again."""
        self._edit((self._line, self._width), (self._line + 1, self._typed), "")

    def _edit(self, start: tuple[int, int], end: tuple[int, int], text: str) -> float:
        self._version += 1
        span = {"start": text_place(*start), "end": text_place(*end)}
        return self._send(
            notification(
                "textDocument/didChange",
                {
                    "textDocument": {"uri": self._uri, "version": self._version},
                    "contentChanges": [{"range": span, "text": text}],
                },
            )
        )

    def _send(self, data: bytes) -> float:
        """Sends a change; seconds until the diagnostics of the version it makes."""
        client = self._client
        if client.pulls:
            number = client.next_number()
            pull = {"textDocument": {"uri": self._uri}}
            data += request(number, "textDocument/diagnostic", pull)
            sent = time.perf_counter()
            client.send(data)
            arrival = client.answer(number)
            self.diagnostics = arrival.message["result"]["items"]
        else:
            sent = time.perf_counter()
            client.send(data)
            arrival = client.wait(self._is_publication)
            self.diagnostics = arrival.message["params"]["diagnostics"]
        return arrival.at - sent

    def _is_publication(self, message: Json) -> bool:
        """True for this version's diagnostics; a server that names no version is believed."""
        if message.get("method") != "textDocument/publishDiagnostics":
            return False
        params = message["params"]
        return params["uri"] == self._uri and params.get("version") in (self._version, None)
