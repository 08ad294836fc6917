"""Notebook files (nbformat 4): the cells in them, and writing sources back with all else as it is.

Only where the sources stand is found out; all other JSON is passed over, and never written anew.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json.decoder import JSONDecoder
from typing import Any

from leakwise.sources.decoding import UnreadableError

_SPACE = re.compile(r"[ \t\r\n]*")
_VALUE = JSONDecoder(strict=False)
_OLDEST = 4
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class NotebookCell:
    """One cell of a notebook file."""

    number: int
    """Its place among all cells, from 1."""
    source: str
    is_python: bool
    """False for text, and for code that says that it is in another language."""
    start: int
    """Where the value of its source begins in the file's text, and where it ends."""
    end: int


@dataclass(frozen=True, slots=True)
class NotebookFile:
    """The text of a notebook file and the cells in it."""

    text: str
    cells: tuple[NotebookCell, ...]
    language: str = "python"
    """The language of its kernel, in lower case."""

    def with_sources(self, sources: Mapping[int, str]) -> str:
        """The file's text with other sources for the cells of these numbers.

        All else stays as it is, to the byte; a source stays a string, or a list of lines of which
        those that do not change stay as they were written.
        """
        pieces: list[str] = []
        done = 0
        # Jupyter writes no escapes for letters; a file that has them and no letters was written so.
        escapes = self.text.isascii() and "\\u" in self.text
        for cell in self.cells:
            if sources.get(cell.number, cell.source) == cell.source:
                continue
            written = self.text[cell.start : cell.end]
            pieces += (
                self.text[done : cell.start],
                _rewritten(written, sources[cell.number], escapes),
            )
            done = cell.end
        return "".join([*pieces, self.text[done:]])


def read_notebook(data: bytes) -> NotebookFile:
    """The notebook in the bytes of a file.

    Raises:
        UnreadableError: it is damaged, or in a format older than nbformat 4.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(_damaged(f"line {line} is not in UTF-8")) from None
    if not text.strip(_BYTE_ORDER_MARK + " \t\r\n"):
        raise UnreadableError("is an empty file, no notebook - save the notebook, or delete it")
    try:
        return _Reader(text).notebook()
    except json.JSONDecodeError as error:
        why = f"line {error.lineno} is no JSON: {error.msg}"
        if any(line.startswith(("<<<<<<<", ">>>>>>>")) for line in text.splitlines()):
            why = "it holds the marks of a merge conflict"
        raise UnreadableError(_damaged(why)) from None
    except RecursionError:
        raise UnreadableError(_damaged("it is nested too deeply")) from None
    except ValueError as error:
        # Such as a number with more digits than Python reads.
        raise UnreadableError(_damaged(str(error))) from None


def _damaged(why: str) -> str:
    return f"is a damaged notebook ({why}) - repair it, or save it again from Jupyter"


class _Reader:
    """Reads a notebook's JSON, and notes where each cell's source stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._end = 0

    def notebook(self) -> NotebookFile:
        at = self._behind_space(1 if self.text.startswith(_BYTE_ORDER_MARK) else 0)
        if self.text[at : at + 1] != "{":
            _VALUE.raw_decode(self.text, at)
            raise UnreadableError(_damaged("it is no JSON object"))
        values: dict[str, Any] = {}
        for name, start in self._members(at):
            if name == "cells" and self.text[start : start + 1] == "[":
                # What cells hold beside their sources can be large, and is decoded once.
                values[name], self._end = self._cells(start)
            else:
                values[name], self._end = _VALUE.raw_decode(self.text, start)
        end = self._behind_space(self._end + 1)
        if end < len(self.text):
            raise json.JSONDecodeError("Extra data", self.text, end)
        version = values.get("nbformat")
        if not isinstance(version, int):
            raise UnreadableError(_damaged("it does not tell its `nbformat`"))
        if version < _OLDEST:
            raise UnreadableError(
                f"is in the old notebook format {version} - open and save it in Jupyter"
            )
        cells = values.get("cells")
        if not isinstance(cells, list):
            raise UnreadableError(_damaged("it has no list of `cells`"))
        return NotebookFile(self.text, tuple(cells), _language(values.get("metadata")))

    def _cells(self, at: int) -> tuple[list[NotebookCell], int]:
        """The cells in the array at `at`, and where that ends."""
        found: list[NotebookCell] = []
        at = self._behind_space(at + 1)
        while self.text[at : at + 1] != "]":
            found.append(self._cell(len(found) + 1, at))
            at = self._next(self._end + 1)
        return found, at + 1

    def _cell(self, number: int, at: int) -> NotebookCell:
        if self.text[at : at + 1] != "{":
            _VALUE.raw_decode(self.text, at)
            raise UnreadableError(_damaged(f"cell {number} is no JSON object"))
        values: dict[str, Any] = {}
        place = (0, 0)
        for name, start in self._members(at):
            values[name], self._end = _VALUE.raw_decode(self.text, start)
            if name == "source":
                place = start, self._end
        kind, source = values.get("cell_type"), values.get("source")
        if not isinstance(kind, str):
            raise UnreadableError(_damaged(f"cell {number} does not tell its `cell_type`"))
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if not isinstance(source, str):
            raise UnreadableError(_damaged(f"cell {number} has no `source`"))
        is_python = kind == "code" and _is_python(values.get("metadata"))
        return NotebookCell(number, source, is_python, *place)

    def _members(self, at: int) -> Iterator[tuple[str, int]]:
        """The names in the object at `at`, each with the place of its value; who takes one leaves
        its end in `_end`, where in the end that of the last character of the object is."""
        at = self._behind_space(at + 1)
        while self.text[at : at + 1] != "}":
            if self.text[at : at + 1] != '"':
                raise json.JSONDecodeError("Expecting a name in double quotes", self.text, at)
            name, at = _VALUE.raw_decode(self.text, at)
            at = self._behind_space(at)
            if self.text[at : at + 1] != ":":
                raise json.JSONDecodeError("Expecting ':'", self.text, at)
            yield name, self._behind_space(at + 1)
            at = self._next(self._end)
        self._end = at

    def _next(self, at: int) -> int:
        """Where what follows a member begins: the next one, or the end of its object or array."""
        at = self._behind_space(at)
        mark = self.text[at : at + 1]
        if mark == "}" or mark == "]":
            return at
        following = self._behind_space(at + 1)
        if mark != "," or self.text[following : following + 1] in ("}", "]"):
            raise json.JSONDecodeError("Expecting ','", self.text, at)
        return following

    def _behind_space(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        assert match is not None
        return match.end()


def _language(metadata: object) -> str:
    match metadata:
        case {"language_info": {"name": str(name)}} | {"kernelspec": {"language": str(name)}}:
            return "python" if name.lower() == "ipython" else name.lower()
    return "python"


def _is_python(metadata: object) -> bool:
    """Whether a code cell is in the notebook's own language, as those of a single kernel are."""
    match metadata:
        case {"vscode": {"languageId": str(name)}}:
            return name.lower() == "python"
    return True


def _rewritten(written: str, source: str, escapes: bool) -> str:
    """The JSON for `source` in the form of the one that is `written`."""
    if written.startswith('"'):
        return _string(source, escapes)
    spans = _strings(written)
    items = [written[start:end] for start, end in spans]
    lines = [json.loads(item, strict=False) for item in items]
    head = 0
    rest = source
    while head < len(items) and lines[head].endswith("\n") and rest.startswith(lines[head]):
        rest = rest[len(lines[head]) :]
        head += 1
    tail = len(items)
    while tail > head and lines[tail - 1] and ("\n" + rest).endswith("\n" + lines[tail - 1]):
        tail -= 1
        rest = rest[: -len(lines[tail])]
    # The lines as nbformat splits them.
    fresh = [_string(line, escapes) for line in rest.splitlines(keepends=True)]
    whole = [*items[:head], *fresh, *items[tail:]]
    if not whole:
        return "[]"
    if not spans:
        return f"[{', '.join(whole)}]"
    before, behind = written[1 : spans[0][0]], written[spans[-1][1] : -1]
    between = written[spans[0][1] : spans[1][0]] if len(spans) > 1 else "," + (before or " ")
    return f"[{before}{between.join(whole)}{behind}]"


def _strings(written: str) -> list[tuple[int, int]]:
    """Where each string of a JSON list of strings begins and ends."""
    found: list[tuple[int, int]] = []
    at = written.find('"')
    while at >= 0:
        _, end = _VALUE.raw_decode(written, at)
        found.append((at, end))
        at = written.find('"', end)
    return found


def _string(text: str, escapes: bool) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair can only be written as an escape.
        escapes = True
    return json.dumps(text, ensure_ascii=escapes)
