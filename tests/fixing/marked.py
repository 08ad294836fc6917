"""Code with marks: `«` and `»` around what a fix is asked to change."""

import textwrap
from collections.abc import Callable, Sequence

from leakwise.fixing import FixContext
from leakwise.text import Document, Edit, Position, Range, apply_edits

Change = Callable[[FixContext, Sequence[Range]], tuple[Edit, ...] | None]


def unmarked(code: str, line_end: str = "\n") -> tuple[Document, list[Range]]:
    """The dedented code without its marks, and the marked ranges in the order of their ends."""
    text = textwrap.dedent(code).lstrip("\n").replace("\n", line_end)
    plain = text.replace("«", "").replace("»", "")
    document = Document.from_text("file:///marked.py", plain)
    opened: list[Position] = []
    ranges: list[Range] = []
    offset = 0
    for sign in text:
        if sign == "«":
            opened.append(position_at(document, offset))
        elif sign == "»":
            ranges.append(Range(opened.pop(), position_at(document, offset)))
        else:
            offset += 1
    return document, ranges


def position_at(document: Document, offset: int) -> Position:
    """The position of the code point `offset`."""
    for number, line in enumerate(document.lines):
        if offset < len(line) or number == len(document.lines) - 1:
            return Position(number, offset)
        offset -= len(line)
    raise AssertionError("a document has lines")


def changed(code: str, change: Change, line_end: str = "\n") -> str | None:
    """The marked code after `change`; None when it gives no edits."""
    document, ranges = unmarked(code, line_end)
    edits = change(FixContext(document), ranges)
    return None if edits is None else apply_edits(document, edits)


def expected(code: str, line_end: str = "\n") -> str:
    """The dedented code."""
    return textwrap.dedent(code).lstrip("\n").replace("\n", line_end)
