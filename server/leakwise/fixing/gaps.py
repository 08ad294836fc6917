"""What stands between the nodes of a tree: brackets, commas, comments."""

import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from leakwise.text import Document, Position, Range
from leakwise.text.document import line_width


@dataclass(frozen=True, slots=True)
class Sign:
    """One character between nodes, or a whole comment."""

    text: str
    start: Position

    @property
    def end(self) -> Position:
        """Right behind the sign."""
        return Position(self.start.line, self.start.column + len(self.text))


def signs(document: Document, start: Position, end: Position) -> Iterator[Sign]:
    """The characters from `start` up to `end` but for whitespace, each comment as one.

    No string may stand there.
    """
    for number in range(start.line, end.line + 1):
        line = document.lines[number]
        column = start.column if number == start.line else 0
        stop = line_width(line)
        if number == end.line:
            stop = min(stop, end.column)
        while column < stop:
            sign = line[column:stop] if line[column] == "#" else line[column]
            if not sign.isspace():
                yield Sign(sign, Position(number, column))
            column += len(sign)


def skipped(document: Document, start: Position, end: Position) -> Position:
    """The first position from `start` on, up to `end`, where no whitespace stands."""
    return next((sign.start for sign in signs(document, start, end)), end)


def rest_of_line(document: Document, position: Position) -> str:
    """What stands behind `position` on its line, without whitespace at its ends."""
    return document.lines[position.line][position.column :].strip()


def holds_comment(document: Document, span: Range) -> bool:
    """Whether a comment stands in the expression or the whole lines at `span`; also when that
    cannot be told."""
    text = document.slice(span)
    if "#" not in text:
        return False
    try:
        tokens = tokenize.generate_tokens(io.StringIO(f"({text}\n)").readline)
        return any(token.type == tokenize.COMMENT for token in tokens)
    except (tokenize.TokenError, SyntaxError):
        return True
