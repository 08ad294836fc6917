"""Notebooks of a client that is out of its mind: cells come, go, move and change their kinds, some
of them by changes that contradict what was told before."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.lsp.raw_client import Json, RawClient

MOST_OPEN = 4
MOST_CELLS = 12
_MAGICS = [
    "%matplotlib inline\n",
    "%%bash\nls\n",
    "%%time\n",
    "!pip install x\n",
    "files = !ls\n",
    "model?\n",
    "%timeit total += loss\n",
    "%",
    "%%",
    "!",
    "?",
]
_LANGUAGES = ["python", "python", "python", "ipython", "markdown", "r", ""]


@dataclass(slots=True)
class Notebook:
    """What the client holds of one."""

    uri: str
    version: int = 1
    made: int = 0
    cells: list[tuple[str, int]] = field(default_factory=list)
    """The address and kind of each cell."""
    versions: dict[str, int] = field(default_factory=dict)


class NotebookFuzzer:
    """Sends messages about notebooks; `text` gives what a cell holds, `span` a range."""

    def __init__(
        self,
        client: RawClient,
        chance: random.Random,
        text: Callable[[], str],
        span: Callable[[], Json],
    ) -> None:
        self._client = client
        self._chance = chance
        self._text = text
        self._span = span
        self._opened = 0
        self._asked = 0
        self._notebooks: list[Notebook] = []

    def act(self) -> None:
        """Does the next thing, whatever that is."""
        if not self._notebooks or self._chance.random() < 0.1:
            self._open()
        notebook = self._chance.choice(self._notebooks)
        deeds = [self._splice, self._splice, self._type, self._type, self._type, self._rekind]
        self._chance.choice([*deeds, self._ask, self._ask, self._save, self._close])(notebook)

    def _open(self) -> None:
        if len(self._notebooks) >= MOST_OPEN:
            self._close(self._chance.choice(self._notebooks))
        self._opened += 1
        notebook = Notebook(f"file:///fuzz/book{self._opened}.ipynb")
        self._notebooks.append(notebook)
        items = [self._new_cell(notebook) for _ in range(self._chance.randrange(MOST_CELLS))]
        document = {
            "uri": notebook.uri,
            "notebookType": "jupyter-notebook",
            "version": 1,
            "cells": [self._cell(*one) for one in notebook.cells],
        }
        params = {"notebookDocument": document, "cellTextDocuments": self._some(items)}
        self._client.notify("notebookDocument/didOpen", params)

    def _new_cell(self, notebook: Notebook, at: int | None = None) -> Json:
        notebook.made += 1
        uri = f"vscode-notebook-cell:{notebook.uri}#{notebook.made}"
        where = len(notebook.cells) if at is None else at
        notebook.cells.insert(where, (uri, self._chance.choice([2, 2, 2, 1])))
        notebook.versions[uri] = 1
        text = self._text()
        if self._chance.random() < 0.4:
            lines = text.splitlines(keepends=True)
            place = self._chance.randint(0, len(lines))
            text = "".join([*lines[:place], self._chance.choice(_MAGICS), *lines[place:]])
        language = self._chance.choice(_LANGUAGES)
        return {"uri": uri, "languageId": language, "version": 1, "text": text}

    def _splice(self, notebook: Notebook) -> None:
        """Removes cells, puts new ones in their place, and others that are there already."""
        start = self._chance.randint(0, len(notebook.cells))
        count = self._chance.randint(0, min(3, len(notebook.cells) - start))
        gone = notebook.cells[start : start + count]
        del notebook.cells[start : start + count]
        before = len(notebook.cells)
        many = self._chance.randrange(3) if before < MOST_CELLS else 0
        items = [self._new_cell(notebook, start) for _ in range(many)]
        if gone and self._chance.random() < 0.5:
            notebook.cells.insert(start, gone.pop())  # Moved, or told as new.
        new = notebook.cells[start : start + len(notebook.cells) - before]
        if self._chance.random() < 0.05:
            start, count = 2**31 - 1, self._chance.choice([0, 2**31 - 1])
        array = {"start": start, "deleteCount": count, "cells": [self._cell(*one) for one in new]}
        closed = self._some([{"uri": uri} for uri, _ in gone])
        structure = {"array": array, "didOpen": self._some(items), "didClose": closed}
        self._change(notebook, {"structure": structure})

    def _rekind(self, notebook: Notebook) -> None:
        for number, (uri, kind) in enumerate(notebook.cells):
            if self._chance.random() < 0.3:
                notebook.cells[number] = uri, 3 - kind
        some = self._some([self._cell(*one) for one in notebook.cells])
        self._change(notebook, {"data": some})

    def _type(self, notebook: Notebook) -> None:
        contents = []
        for uri in self._chance.choices(list(notebook.versions) or ["nowhere"], k=2):
            notebook.versions[uri] = notebook.versions.get(uri, 0) + 1
            new = self._chance.choice(["", "x", "\n", "(", '"""', "%%time\n", "!", "total += loss"])
            change: Json = {"range": self._span(), "text": new}
            if self._chance.random() < 0.1:
                change = {"text": self._text()}
            document = {"uri": uri, "version": notebook.versions[uri]}
            contents.append({"document": document, "changes": [change]})
        self._change(notebook, {"textContent": contents})

    def _ask(self, notebook: Notebook) -> None:
        cells = [uri for uri, _ in notebook.cells]
        document = {"uri": self._chance.choice([*cells, notebook.uri])}
        span = self._span()
        only = self._chance.choice([["notebook.source.fixAll"], ["quickfix"], ["source.fixAll"]])
        context = {"diagnostics": [], "only": only}
        method, params = self._chance.choice(
            [
                ("textDocument/hover", {"position": span["start"]}),
                ("textDocument/codeAction", {"range": span, "context": context}),
                ("textDocument/inlayHint", {"range": span}),
            ]
        )
        self._asked += 1
        params = {"textDocument": document, **params}
        self._client.send({"id": f"book {self._asked}", "method": method, "params": params})

    def _save(self, notebook: Notebook) -> None:
        identifier = {"notebookDocument": {"uri": notebook.uri}}
        self._client.notify("notebookDocument/didSave", identifier)

    def _close(self, notebook: Notebook) -> None:
        self._notebooks.remove(notebook)
        closed = self._some([{"uri": uri} for uri, _ in notebook.cells])
        params = {"notebookDocument": {"uri": notebook.uri}, "cellTextDocuments": closed}
        self._client.notify("notebookDocument/didClose", params)

    def _change(self, notebook: Notebook, cells: Json) -> None:
        notebook.version += 1
        identifier = {"uri": notebook.uri, "version": notebook.version}
        params = {"notebookDocument": identifier, "change": {"cells": cells}}
        self._client.notify("notebookDocument/didChange", params)

    def _cell(self, uri: str, kind: int) -> Json:
        return {"kind": kind, "document": uri}

    def _some(self, items: list[Any]) -> list[Any]:
        """All of them, or now and then not: a client may forget something."""
        return [one for one in items if self._chance.random() < 0.97]
