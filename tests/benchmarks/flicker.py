"""Diagnostics that vanish while a statement is half typed: statements of real files, typed again.

Of each file some statements are taken out and typed anew, key by key, with the server listening.
In a state that does not parse, the diagnostics of the last state that did must all stand, but for
those of the typed statement. Files are drawn from those of `tests/realcode` with known findings,
as far as they were downloaded; with all findings, also the possible ones.
"""

import argparse
import ast
import random
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from leakwise.sources import UnreadableError, read_document
from leakwise.text import Document
from tests.benchmarks import figures, peers
from tests.benchmarks.lsp_client import Client, Json, notification
from tests.benchmarks.real_trees import LISTS
from tests.realcode import findings
from tests.realcode.__main__ import cache_folder

Shown = Counter[tuple[str, str, int]]
"""Diagnostics by code, message and line."""


@dataclass(slots=True)
class Tally:
    """What came of the typing in one file."""

    keys: int = 0
    half_typed: int = 0
    stood: int = 0
    """Diagnostics that had to stand in half-typed states, and did."""
    vanished: list[str] = field(default_factory=list)


class Typing:
    """One open document of one server."""

    def __init__(self, client: Client, uri: str, text: str) -> None:
        self._client = client
        self._uri = uri
        self._version = 1
        item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.shown = self._send(notification("textDocument/didOpen", {"textDocument": item}))

    def replace(self, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        """Makes one edit, and waits for what the server says then."""
        self._version += 1
        places = [{"line": line, "character": column} for line, column in (start, end)]
        event = {"range": dict(zip(("start", "end"), places, strict=True)), "text": text}
        identifier = {"uri": self._uri, "version": self._version}
        params = {"textDocument": identifier, "contentChanges": [event]}
        self.shown = self._send(notification("textDocument/didChange", params))

    def _send(self, data: bytes) -> Shown:
        self._client.send(data)
        arrival = self._client.wait(self._is_newest)
        return Counter(
            (one["code"], one["message"], one["range"]["start"]["line"])
            for one in arrival.message["params"]["diagnostics"]
        )

    def _is_newest(self, message: Json) -> bool:
        if message.get("method") != "textDocument/publishDiagnostics":
            return False
        params = message["params"]
        return (params["uri"], params.get("version")) == (self._uri, self._version)


def statements(text: str) -> list[tuple[int, int]]:
    """The first and last line of each statement that holds no other and shares its lines with
    none."""
    found = [
        (one.lineno - 1, (one.end_lineno or one.lineno) - 1)
        for one in ast.walk(ast.parse(text))
        if isinstance(one, ast.stmt) and not hasattr(one, "body")
    ]
    lines = Counter(line for first, last in found for line in range(first, last + 1))
    return sorted(one for one in found if all(lines[at] == 1 for at in range(one[0], one[1] + 1)))


def retype(typing: Typing, text: str, first: int, last: int, tally: Tally) -> None:
    """Takes a statement out, and types it again."""
    lines = text.split("\n")
    typed = "\n".join(lines[first : last + 1])
    typing.replace((first, 0), (last, len(lines[last])), "")
    head = "".join(f"{line}\n" for line in lines[:first])
    tail = "".join(f"\n{line}" for line in lines[last + 1 :])
    last_good = typing.shown if parses(head + tail) else None
    good_end = first
    for count, key in enumerate(typed, 1):
        before = typed[: count - 1]
        line = first + before.count("\n")
        column = len(before.rpartition("\n")[2])
        typing.replace((line, column), (line, column), key)
        tally.keys += 1
        end = first + typed[:count].count("\n")
        if parses(head + typed[:count] + tail):
            last_good, good_end = typing.shown, end
            continue
        if last_good is None:
            continue
        tally.half_typed += 1
        missing = due(last_good, first, good_end, end) - typing.shown
        tally.stood += sum((due(last_good, first, good_end, end) & typing.shown).values())
        for code, _, at in missing:
            tally.vanished.append(f"{code} of line {at + 1} at line {line + 1}: {typed[:count]!r}")


def due(shown: Shown, first: int, good_end: int, end: int) -> Shown:
    """The diagnostics that must stand outside of the typed lines, moved as these grew."""
    moved: Shown = Counter()
    for (code, message, line), count in shown.items():
        if line < first:
            moved[code, message, line] += count
        elif line > good_end:
            moved[code, message, line + end - good_end] += count
    return moved


def parses(text: str) -> bool:
    """Whether Python takes the text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            return False
    return True


def drawn(cache: Path, chance: random.Random, most_lines: int) -> Iterator[tuple[Path, Document]]:
    """Those of the files with known findings that are there, in a random order."""
    places = sorted({(place.package, place.path) for place in findings.known(LISTS)})
    chance.shuffle(places)
    folders = {path.name.rsplit("-", 2)[0]: path for path in sorted(cache.iterdir())}
    for package, name in places:
        if package not in folders:
            continue
        path = folders[package] / name
        try:
            document = read_document(path)
        except UnreadableError:
            continue
        text = document.text
        plain = "\r" not in text and text.isascii() and len(document.lines) <= most_lines
        if plain and parses(text):
            yield path, document


def main() -> int:
    """Prints one row for each file; the exit status is 1 when anything vanished."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=cache_folder())
    parser.add_argument("--files", type=int, default=20, help="(%(default)s)")
    parser.add_argument("--statements", type=int, default=8, help="of each file (%(default)s)")
    parser.add_argument("--lines", type=int, default=1000, help="of a file, at most (%(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    warnings.simplefilter("ignore", SyntaxWarning)
    chance = random.Random(options.seed)
    rows: list[list[str]] = []
    vanished: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for path, document in drawn(options.cache, chance, options.lines):
            tally = Tally()
            text = document.text
            with Client((*peers.LEAKWISE, "server")) as client:
                client.initialize(Path(folder).as_uri(), {"minimumCertainty": "possible"})
                typing = Typing(client, (Path(folder) / path.name).as_uri(), text)
                there = statements(text)
                for first, last in chance.sample(there, min(options.statements, len(there))):
                    retype(typing, text, first, last, tally)
            name = str(path.relative_to(options.cache))
            vanished += [f"{name}: {one}" for one in tally.vanished]
            counts = (tally.keys, tally.half_typed, tally.stood, len(tally.vanished))
            rows.append([name, *map(str, counts)])
            print(*rows[-1], file=sys.stderr, flush=True)
            if len(rows) == options.files:
                break
    print(figures.table(["file", "keys", "half typed", "stood", "vanished"], rows))
    print("\n".join(vanished))
    return 1 if vanished else 0


if __name__ == "__main__":
    sys.exit(main())
