"""Types into one document of one server and tells how long each answer took."""

import time

from tests.benchmarks.lsp_client import Client, Json, notification, request
from tests.benchmarks.training_files import LEAK, Notebook, TrainingFile


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

    @property
    def server(self) -> int:
        """The server's process id."""
        return self._client.pid

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
        return self._send(self._changed({"range": span, "text": text}))

    def _changed(self, event: Json) -> bytes:
        """The frame that tells of a change of the document."""
        return notification(
            "textDocument/didChange",
            {
                "textDocument": {"uri": self._uri, "version": self._version},
                "contentChanges": [event],
            },
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


class CellTypist(Typist):
    """Types into one cell of a notebook of one server, which it opens first."""

    def __init__(self, client: Client, uri: str, notebook: Notebook) -> None:
        self._notebook = uri
        self._cells = notebook.cells
        super().__init__(client, f"{uri}#{notebook.at}", notebook.cell)

    def open(self, text: str) -> float:
        """Opens the notebook; seconds until the first diagnostics of the cell."""
        uris = [f"{self._notebook}#{number}" for number in range(len(self._cells))]
        document = {
            "uri": self._notebook,
            "notebookType": "jupyter-notebook",
            "version": 1,
            "cells": [{"kind": 2, "document": uri} for uri in uris],
        }
        texts = [
            {"uri": uri, "languageId": "python", "version": 1, "text": cell}
            for uri, cell in zip(uris, self._cells, strict=True)
        ]
        params = {"notebookDocument": document, "cellTextDocuments": texts}
        return self._send(notification("notebookDocument/didOpen", params))

    def _changed(self, event: Json) -> bytes:
        identifier = {"uri": self._uri, "version": self._version}
        content = {"document": identifier, "changes": [event]}
        return notification(
            "notebookDocument/didChange",
            {
                "notebookDocument": {"uri": self._notebook, "version": self._version},
                "change": {"cells": {"textContent": [content]}},
            },
        )
