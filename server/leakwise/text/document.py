"""One version of a file's text, held as lines so that the cost of an edit follows the edit."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leakwise.text.positions import Position, Range

if TYPE_CHECKING:
    from leakwise.text.edits import Edit

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def split_lines(text: str) -> list[str]:
    """The lines of `text` with their terminators, by LSP's rule.

    Only `\\n`, `\\r\\n` and `\\r` end a line. Every line but the last has a terminator; behind a
    final terminator stands one more, empty line.
    """
    lines = _LINE.findall(text)
    if not lines or lines[-1][-1] in "\r\n":
        lines.append("")
    return lines


@dataclass(frozen=True, slots=True)
class LineChange:
    """`removed` lines from line `first` on gave way to `added` lines."""

    first: int
    removed: int
    added: int


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """An immutable text with its address and version.

    `lines` keep their terminators. Treat it as read-only: versions may share it.

    A document may be joined of parts that have addresses of their own, as a notebook is of its
    cells; a plain one is its only part. What is said to others is said of parts.
    """

    uri: str
    lines: list[str]
    version: int | None = None
    _joined: list[str] = field(default_factory=list, repr=False)

    @classmethod
    def from_text(cls, uri: str, text: str, version: int | None = None) -> "Document":
        """A document made anew from its whole text."""
        return cls(uri, split_lines(text), version, [text])

    @property
    def text(self) -> str:
        """The whole text."""
        if not self._joined:
            self._joined.append("".join(self.lines))
        return self._joined[0]

    def parts(self) -> "Sequence[Document]":
        """What it is joined of, in order."""
        return (self,)

    def part(self, uri: str) -> "tuple[Document, int] | None":
        """The part with this address and its first line in here; None where there is none."""
        return (self, 0) if uri == self.uri else None

    def located(self, span: Range) -> "tuple[Document, Range]":
        """The part that a range in here starts in, and the range in that part."""
        return self, span

    def number_of(self, part: "Document") -> int | None:
        """The number by which people call a part of this document; None for a plain one."""
        return None

    def addressed(self, edits: "Iterable[Edit]") -> "list[tuple[Document, list[Edit]]]":
        """The edits by the part that they are to be made in, with their ranges in that part.

        Raises:
            MisplacedEditError: what an edit replaces stands in no single part as it does in here.
        """
        return [(self, list(edits))]

    def with_parts(self, texts: "Mapping[str, str]") -> "Document":
        """This document and version with other texts for some of its parts, by their addresses."""
        if self.uri not in texts:
            return self
        return Document.from_text(self.uri, texts[self.uri], self.version)

    def changed_parts(self, before: "Document") -> list[tuple[str, str]]:
        """What is parsed for itself and is not as in `before`, an earlier version with as many
        parts: its text there and here."""
        return [] if before is self else [(before.text, self.text)]

    def clamp(self, position: Position) -> Position:
        """The nearest position that exists: columns end before the line's terminator."""
        if position.line < 0:
            return Position(0, 0)
        if position.line >= len(self.lines):
            last = len(self.lines) - 1
            return Position(last, len(self.lines[last]))
        width = line_width(self.lines[position.line])
        return Position(position.line, max(0, min(position.column, width)))

    def slice(self, span: Range) -> str:
        """The text inside `span`, clamped to the document."""
        start, end = self.clamp(span.start), self.clamp(span.end)
        if end <= start:
            return ""
        if start.line == end.line:
            return self.lines[start.line][start.column : end.column]
        first, *middle = self.lines[start.line : end.line]
        return "".join((first[start.column :], *middle, self.lines[end.line][: end.column]))

    def replace(
        self, span: Range, text: str, version: int | None = None
    ) -> tuple["Document", LineChange]:
        """This document with `span` (clamped, a reversed one swapped) replaced by `text`."""
        start, end = self.clamp(span.start), self.clamp(span.end)
        if end < start:
            start, end = end, start
        first = start.line
        head = self.lines[first][: start.column]
        fresh = head + text + self.lines[end.line][end.column :]
        # A `\n` typed behind a lone `\r` makes one terminator of the two.
        if first > 0 and fresh.startswith("\n") and self.lines[first - 1].endswith("\r"):
            first -= 1
            fresh = self.lines[first] + fresh
        added = split_lines(fresh)
        if end.line + 1 < len(self.lines) and added[-1] == "":
            # The text went on behind the range: its line is already in the list.
            added.pop()
        lines = [*self.lines[:first], *added, *self.lines[end.line + 1 :]]
        change = LineChange(first, end.line + 1 - first, len(added))
        return Document(self.uri, lines, version), change

    def with_text(self, text: str, version: int | None = None) -> tuple["Document", LineChange]:
        """This document with its whole text replaced; the change spans only lines that differ."""
        lines = split_lines(text)
        old = self.lines
        limit = min(len(old), len(lines))
        head = 0
        while head < limit and old[head] == lines[head]:
            head += 1
        tail = 0
        while tail < limit - head and old[-1 - tail] == lines[-1 - tail]:
            tail += 1
        change = LineChange(head, len(old) - head - tail, len(lines) - head - tail)
        return Document(self.uri, lines, version), change


def line_width(line: str) -> int:
    """The number of code points of `line` without its terminator."""
    return len(line) - (2 if line.endswith("\r\n") else line.endswith(("\r", "\n")))
