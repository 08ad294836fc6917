"""Lines that hold a word, kept over edits, and the comments in them."""

import ast
import io
import re
import tokenize
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter

from leakwise.syntax.blocks import Block
from leakwise.syntax.layout import suites_of
from leakwise.syntax.spans import whole_change
from leakwise.syntax.tree import SyntaxTree
from leakwise.text import Document, LineChange

_START = attrgetter("start")


class MarkedLines:
    """The numbers of the lines that hold `word`. An edit costs what its own lines do."""

    def __init__(self, word: str, document: Document) -> None:
        self._word = word
        self._document = document
        self._columns: dict[tuple[Block | None, int, int, str], int | None] = {}
        self.numbers: list[int] = []
        if word in document.text:
            self.numbers = self._among(document.lines, 0, len(document.lines))

    def update(self, document: Document, changes: Sequence[LineChange]) -> None:
        """Takes a newer version; `changes` lead to it in order."""
        before, self._document = self._document, document
        span = whole_change(changes, before.lines, document.lines)
        if span is None:
            return
        numbers, grown = self.numbers, span.added - span.removed
        low = bisect_left(numbers, span.first)
        high = bisect_left(numbers, span.first + span.removed)
        fresh = self._among(document.lines, span.first, span.first + span.added)
        if fresh or low < len(numbers):
            moved = [number + grown for number in numbers[high:]]
            self.numbers = [*numbers[:low], *fresh, *moved]

    def comments(self, tree: SyntaxTree) -> list[tuple[int, int]]:
        """The lines whose word may stand in a comment, and the column where the comment begins.

        What was found out of a block's lines holds until its code changes.
        """
        known, self._columns = self._columns, {}
        found: list[tuple[int, int]] = []
        for number in self.numbers:
            block = _block_at(tree.blocks, number)
            start, revision = (0, 0) if block is None else (block.start, block.revision)
            key = (block, revision, number - start, tree.document.lines[number])
            column = known[key] if key in known else _comment_on(tree, block, number)
            self._columns[key] = column
            if column is not None:
                found.append((number, column))
        return found

    def _among(self, lines: Sequence[str], first: int, end: int) -> list[int]:
        return [number for number in range(first, end) if self._word in lines[number]]


def _comment_on(tree: SyntaxTree, block: Block | None, line: int) -> int | None:
    """The column at which the comment on a line of a block begins; None where it has none."""
    low, high = (line, line + 1) if block is None else _own_lines(block, line)
    columns, reached = _columns("".join(tree.document.lines[low:high]))
    if line - low in columns:
        return columns[line - low]
    # What stands behind code that makes no sense to the tokenizer is judged by its own looks.
    return None if line - low < reached else _alone(tree.document.lines[line])


def statement_start(tree: SyntaxTree, line: int) -> int:
    """The first line of the smallest statement that `line` belongs to; its head's, where it has a
    body. The line itself where there is none."""
    block = _block_at(tree.blocks, line)
    if block is None:
        return line
    shift = block.start - block.base
    best = line
    todo: Sequence[ast.stmt] = block.statements
    while todo:
        holding = [
            one for one in todo if one.lineno + shift <= line <= (one.end_lineno or 0) + shift
        ]
        if not holding:
            return best
        best = holding[0].lineno + shift
        if block.children:
            return best
        # Only the statements of a body; an `elif` is one too.
        todo = [one for owner, name in suites_of(holding[0]) for one in getattr(owner, name)]
    return best


def _block_at(blocks: Sequence[Block], line: int) -> Block | None:
    """The smallest block with a line."""
    found = None
    while blocks:
        at = bisect_right(blocks, line, key=_START) - 1
        if at < 0 or line >= blocks[at].end:
            break
        found = blocks[at]
        blocks = found.children
    return found


def _own_lines(block: Block, line: int) -> tuple[int, int]:
    """The stretch round a line that belongs to the block and not to one beneath it."""
    above = [child.end for child in block.children if child.end <= line]
    below = [child.start for child in block.children if child.start > line]
    return max(above, default=block.start), min(below, default=block.end)


@lru_cache(maxsize=256)
def _columns(text: str) -> tuple[dict[int, int], int]:
    """The column of each comment by its line, and the line up to which the text makes sense."""
    found: dict[int, int] = {}
    reached = 0
    # What the tokenizer takes for a line's end it must see as one.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="\n").readline):
            if token.type == tokenize.COMMENT:
                found[token.start[0] - 1] = token.start[1]
            reached = token.end[0]
    except (tokenize.TokenError, SyntaxError):
        return found, reached
    return found, text.count("\n") + 1


_STRING_OR_COMMENT = re.compile(r"\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?|(?P<comment>#)")


def _alone(line: str) -> int | None:
    for found in _STRING_OR_COMMENT.finditer(line):
        if found["comment"]:
            return found.start()
    return None
