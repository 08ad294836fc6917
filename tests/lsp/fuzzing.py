"""Random and mutated messages and documents, sent to a server that must go on answering.

    python -m tests.lsp.fuzzing --messages 20000 --seed 1
    python -m tests.lsp.fuzzing --messages 20000 --seed 1 --corpus ~/.cache/leakwise/realcode

After every few messages a leaking document is opened and hovered over; both answers must be right.
It prints the slowest of these answers by the clock, and the one for which the server used its
processor longest, with the messages that came before it; the memory that the server had at most;
and the errors that it wrote to stderr. The same seed sends the same messages. The exit status is 1
when an answer was wrong, took more than `--limit` seconds of the processor, or there were errors.
"""

import argparse
import inspect
import json
import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leakwise.engine import load_rules
from tests.lsp.fuzzing_notebooks import NotebookFuzzer
from tests.lsp.processes import memory_of, processor_of
from tests.lsp.raw_client import Json, RawClient, frame
from tests.lsp.sessions import LEAK, LEAK_LINE

MOST_OPEN = 20
BETWEEN_PROBES = 25
_ODD = [
    "\0",
    "\ud83d",
    "😀",
    "\r",
    "\r\n",
    "\f",
    "\u2028",
    "(",
    "[",
    "{",
    '"""',
    "'",
    "\\",
    "\t",
    "#",
]
CAPABLE: Json = {
    "workspace": {
        "configuration": True,
        "didChangeWatchedFiles": {"dynamicRegistration": True},
        "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]},
    },
    "textDocument": {
        "hover": {"contentFormat": ["markdown"]},
        "codeAction": {"dataSupport": True, "resolveSupport": {"properties": ["edit"]}},
    },
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
}
"""What a client may declare that is told of diagnostics, and does not ask for them."""
_METHODS = [
    "textDocument/hover",
    "textDocument/codeAction",
    "textDocument/diagnostic",
    "textDocument/inlayHint",
    "codeAction/resolve",
    "workspace/executeCommand",
    "workspace/diagnostic",
    "workspace/didChangeWatchedFiles",
    "workspace/didRenameFiles",
    "workspace/didDeleteFiles",
    "workspace/didCreateFiles",
    "workspace/didChangeConfiguration",
    "workspace/didChangeWorkspaceFolders",
    "notebookDocument/didOpen",
    "notebookDocument/didChange",
    "notebookDocument/didClose",
    "textDocument/didOpen",
    "textDocument/didChange",
    "textDocument/didClose",
    "textDocument/didSave",
    "window/workDoneProgress/cancel",
    "$/setTrace",
    "$/cancelRequest",
    "no/such",
]


def texts_of_rules() -> list[str]:
    """The examples of all rules: code that the facts and rules look into deeply."""
    examples = [example for rule in load_rules() for example in rule.examples]
    return [inspect.cleandoc(code) + "\n" for one in examples for code in (one.bad, one.good)]


def texts_below(folder: Path) -> list[str]:
    """The Python files of a folder, as many as are soon read."""
    files = sorted(folder.rglob("*.py"))
    random.Random(0).shuffle(files)
    return [file.read_text("utf-8", "replace") for file in files[:500]]


@dataclass(slots=True)
class Fuzzer:
    """Sends messages of a client that is out of its mind."""

    client: RawClient
    corpus: list[str]
    chance: random.Random
    large: bool = True
    """Whether documents of megabytes are among them."""
    slowest: float = 0.0
    dearest: float = 0.0
    """How long the server ran on a processor for one probe, and for what was sent before it."""
    before_dearest: list[str] = field(default_factory=list)
    """What was sent before it since the probe before."""
    most_memory: int = 0
    _recent: list[str] = field(default_factory=list)
    _notebooks: NotebookFuzzer | None = None
    _versions: dict[str, int] = field(default_factory=dict)
    _opened: int = 0
    _sent: int = 0

    def run(self, messages: int) -> None:
        """Sends so many messages, and probes in between."""
        for number in range(1, messages + 1):
            self._recent.append("")
            self.chance.choice(self._deeds())()
            if number % BETWEEN_PROBES == 0 or number == messages:
                self.probe()

    def probe(self) -> None:
        """What a sane client asks is answered rightly."""
        uri = f"file:///probe/{self._sent}.py"
        begun, used = time.monotonic(), processor_of(self.client.process.pid)
        self.client.open(uri, LEAK)
        (found,) = self.client.published(uri, 1)[-1]["params"]["diagnostics"]
        assert (found["code"], found["range"]["start"]["line"]) == ("LP001", LEAK_LINE)
        self._sent += 1
        place = {"line": LEAK_LINE, "character": 15}
        params = {"textDocument": {"uri": uri}, "position": place}
        name = f"probe {self._sent}"
        self.client.send({"id": name, "method": "textDocument/hover", "params": params})
        answer = self.client.until(lambda one: one.get("id") == name and "method" not in one)[-1]
        assert "LP001" in answer["result"]["contents"]["value"]
        self.slowest = max(self.slowest, time.monotonic() - begun)
        used = processor_of(self.client.process.pid) - used
        if used > self.dearest:
            self.dearest, self.before_dearest = used, self._recent
        self._recent = []
        self.client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        self.most_memory = max(self.most_memory, memory_of(self.client.process.pid))

    def read_complaints(self) -> list[bytes]:
        """The lines that the server writes to stderr, as they come: a full pipe would stop it."""
        lines: list[bytes] = []
        errors = self.client.process.stderr
        assert errors is not None
        threading.Thread(target=lambda: lines.extend(errors), daemon=True).start()
        return lines

    def _deeds(self) -> list[Callable[[], None]]:
        asks = [self._type, self._type, self._ask, self._ask]
        return [self._open, *asks, self._close, self._move, self._rave, self._fuzz_notebook]

    def _fuzz_notebook(self) -> None:
        if self._notebooks is None:
            self._notebooks = NotebookFuzzer(self.client, self.chance, self._document, self._range)
        self._notebooks.act()

    def _open(self) -> None:
        if len(self._versions) >= MOST_OPEN:
            self._close()
        self._opened += 1
        uri = self.chance.choice(
            ["file:///fuzz/{}.py", "untitled:{}", "http://x/{}", "file:///{}%", "file:///{}.toml"]
        )
        uri = uri.format(self._opened)
        self._versions[uri] = 1
        self.client.open(uri, self._document())

    def _document(self) -> str:
        text = self.chance.choice(self.corpus)
        made: list[str] = []
        for _ in range(self.chance.randrange(3)):
            mutation = self.chance.choice(self._mutations())
            made.append(mutation.__name__)
            text = mutation(text)
        self._note(f"a document of {len(text)} characters: {' '.join(made)}")
        return text

    def _note(self, sent: str) -> None:
        if self._recent:
            self._recent[-1] += f"{sent}; "

    def _mutations(self) -> list[Callable[[str], str]]:
        found: list[Callable[[str], str]]
        found = [self._cut, self._shuffled, self._sprinkled, self._repeated, self._nested]
        if self.large and self.chance.random() < 0.05:
            found.append(self._enormous)
        return found

    def _cut(self, text: str) -> str:
        low, high = sorted(self.chance.choices(range(len(text) + 1), k=2))
        return self.chance.choice([text[:low], text[low:], text[:low] + text[high:]])

    def _shuffled(self, text: str) -> str:
        lines = text.splitlines(keepends=True)
        low, high = sorted(self.chance.choices(range(len(lines) + 1), k=2))
        part = lines[low:high]
        self.chance.shuffle(part)
        return "".join([*lines[:low], *part, *lines[high:]])

    def _sprinkled(self, text: str) -> str:
        characters = list(text)
        for _ in range(self.chance.randrange(1, 12)):
            characters.insert(self.chance.randint(0, len(characters)), self.chance.choice(_ODD))
        return "".join(characters)

    def _repeated(self, text: str) -> str:
        return text * self.chance.randint(2, 5)

    def _nested(self, text: str) -> str:
        depth = self.chance.choice([10, 90, 300, 3000])
        inside = self.chance.choice(
            [
                "x = " + "(" * depth + ")" * depth,
                "x = " + "[" * depth,
                "x = " + "-" * depth + "1",
                "x = torch" + ".a()" * depth,
                "x = " + " + ".join(["y"] * depth),
                "\n".join(" " * level + "if x:" for level in range(min(depth, 150))),
                "lambda: " * depth + "1",
                "f'" + "{" * depth,
            ]
        )
        return f"{text}\n{inside}\n{text}"

    def _enormous(self, text: str) -> str:
        size = 10_000_000
        inside = self.chance.choice(
            ["x = '" + "a" * size + "'", "x = [" + "1, " * (size // 3) + "]"]
        )
        return f"{text}\n{inside}\n"

    def _type(self) -> None:
        if not self._versions:
            return
        uri = self.chance.choice(list(self._versions))
        self._versions[uri] += 1
        changes: list[Json] = []
        for _ in range(self.chance.randint(1, 3)):
            new = self.chance.choice(
                [*_ODD, "", "x", "loss", "\n", "    ", "def f():\n", ".item()"]
            )
            change: Json = {"range": self._range(), "text": new}
            if self.chance.random() < 0.05:
                change = {"text": self._document()}
            changes.append(change)
        identifier = {"uri": uri, "version": self._versions[uri]}
        params = {"textDocument": identifier, "contentChanges": changes}
        self._note(f"{len(changes)} changes of {uri}")
        self.client.notify("textDocument/didChange", params)

    def _range(self) -> Json:
        line = self.chance.choice([0, 0, self.chance.randrange(60), 2**31 - 1])
        column = self.chance.choice([0, self.chance.randrange(80), 2**31 - 1])
        ends = self.chance.choice([(line, column), (line, column + 1), (line + 1, 0), (0, 0)])
        return {
            "start": {"line": line, "character": column},
            "end": {"line": ends[0], "character": min(ends[1], 2**31 - 1)},
        }

    def _ask(self) -> None:
        if not self._versions:
            return
        document = {"uri": self.chance.choice(list(self._versions))}
        place = self._range()
        method, params = self.chance.choice(
            [
                ("textDocument/hover", {"textDocument": document, "position": place["start"]}),
                (
                    "textDocument/codeAction",
                    {
                        "textDocument": document,
                        "range": place,
                        "context": {
                            "diagnostics": [],
                            "only": self.chance.choice([["quickfix"], ["source.fixAll"], []]),
                        },
                    },
                ),
                ("textDocument/inlayHint", {"textDocument": document, "range": place}),
                ("textDocument/diagnostic", {"textDocument": document}),
            ]
        )
        self._request(method, params)
        if self.chance.random() < 0.3:
            self.client.notify("$/cancelRequest", {"id": self._sent})

    def _request(self, method: str, params: Any) -> None:
        self._sent += 1
        self._note(method)
        self.client.send({"id": self._sent, "method": method, "params": params})

    def _move(self) -> None:
        """Tells of files and folders that were moved, of which some are open."""
        uris = [*self._versions, "file:///fuzz", "file:///", "file:///fuzz/leakwise.toml"]
        old, new = self.chance.choices(uris, k=2)
        method, files = self.chance.choice(
            [
                ("workspace/didRenameFiles", [{"oldUri": old, "newUri": new}]),
                ("workspace/didDeleteFiles", [{"uri": old}]),
                ("workspace/didCreateFiles", [{"uri": old}, {"uri": new}]),
            ]
        )
        self.client.notify(method, {"files": files})
        if self.chance.random() < 0.3:
            saved = {"textDocument": {"uri": old}}
            self.client.notify("textDocument/didSave", saved)

    def _close(self) -> None:
        if self._versions:
            uri = self.chance.choice(list(self._versions))
            del self._versions[uri]
            self.client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def _rave(self) -> None:
        """A message that nobody should send."""
        method = self.chance.choice(_METHODS)
        params = self._json(4)
        if self.chance.random() < 0.5:
            known = next(iter(self._versions), "file:///x.py")
            params = {"textDocument": {"uri": known}, "range": self._range(), **_dict(params)}
        if self.chance.random() < 0.5:
            self._request(method, params)
        elif self.chance.random() < 0.8:
            self.client.notify(method, params)
        else:
            body = bytearray(frame({"id": 1, "method": method, "params": params}))
            # The length stays right: what comes behind is found again.
            start = body.index(b"\r\n\r\n") + 4
            for _ in range(self.chance.randint(1, 5)):
                body[self.chance.randrange(start, len(body))] = self.chance.randrange(256)
            self.client.write(bytes(body))

    def _json(self, depth: int) -> Any:
        simple: list[Any] = [None, True, -1, 2**40, 1.5, "", "file:///x.py", "LP001", "\0", [], {}]
        if depth == 0 or self.chance.random() < 0.3:
            return self.chance.choice(simple)
        if self.chance.random() < 0.4:
            return [self._json(depth - 1) for _ in range(self.chance.randrange(4))]
        names = ["uri", "version", "text", "textDocument", "range", "start", "line", "data", "do"]
        names += ["command", "arguments", "context", "only", "changes", "event", "cells", "token"]
        return {self.chance.choice(names): self._json(depth - 1) for _ in range(4)}


def _dict(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def main() -> int:
    """Fuzzes as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--corpus", type=Path, help="a folder of Python files to mutate as well")
    parser.add_argument("--limit", type=float, default=2.0, help="seconds that a probe may take")
    parser.add_argument("--capable", action="store_true", help="the client declares much")
    chosen = parser.parse_args()
    corpus = texts_of_rules() + (texts_below(chosen.corpus) if chosen.corpus else [])
    with RawClient() as client:
        client.initialize(**(CAPABLE if chosen.capable else {}))
        fuzzer = Fuzzer(client, corpus, random.Random(chosen.seed))
        complaints = fuzzer.read_complaints()
        fuzzer.run(chosen.messages)
    figures = {
        "slowest_seconds": round(fuzzer.slowest, 2),
        "dearest_seconds": round(fuzzer.dearest, 2),
        "memory_mib": fuzzer.most_memory >> 20,
    }
    print(*fuzzer.before_dearest, json.dumps(figures), sep="\n")
    errors = [line.decode(errors="replace") for line in complaints if b" WARNING " not in line]
    print("".join(errors))
    return 0 if fuzzer.dearest <= chosen.limit and not errors else 1


if __name__ == "__main__":
    sys.exit(main())
