"""The edits that lead from one version of a text to another."""

from difflib import SequenceMatcher

from leakwise.text.document import Document, split_lines
from leakwise.text.edits import Edit
from leakwise.text.positions import Position, Range


def edits_to(document: Document, text: str) -> list[Edit]:
    """Edits of whole lines that turn the document's text into `text`, and leave alone what is the
    same."""
    old, new = document.lines, split_lines(text)
    _, change = document.with_text(text)
    first, tail = change.first, len(old) - change.first - change.removed
    before = old[first : len(old) - tail]
    after = new[first : len(new) - tail]
    edits: list[Edit] = []
    for how, low, high, start, end in SequenceMatcher(None, before, after).get_opcodes():
        if how != "equal":
            span = Range(_start(document, first + low), _start(document, first + high))
            edits.append(Edit(span, "".join(after[start:end])))
    return edits


def _start(document: Document, line: int) -> Position:
    """Where a line starts; behind the last one: where that ends."""
    if line < len(document.lines):
        return Position(line, 0)
    return document.clamp(Position(line, 0))
