"""Places in code that stay right while the lines above them move."""

import ast
from typing import NamedTuple

from leakwise.syntax import Block
from leakwise.text import Range, code_point_column


class Place(NamedTuple):
    """A stretch of code, relative to its block. Columns are UTF-8 bytes, as in `ast`."""

    block: Block
    line: int
    column: int
    end_line: int
    end_column: int

    def contains(self, other: "Place") -> bool:
        """Whether `other` lies inside; places of different blocks are compared by absolute line."""
        shift, other_shift = self.block.start, other.block.start
        return (self.line + shift, self.column) <= (
            other.line + other_shift,
            other.column,
        ) and (other.end_line + other_shift, other.end_column) <= (
            self.end_line + shift,
            self.end_column,
        )

    def order(self) -> tuple[int, int]:
        """Where the place stands in the document as it is now, for sorting."""
        return (self.block.start + self.line, self.column)

    def rests(self) -> bool:
        """Whether the place lies in a statement that is half typed, so that its code is stale."""
        return any(
            first <= self.end_line and self.line <= last for first, last in self.block.half_typed
        )

    def resolve(self, lines: list[str]) -> Range:
        """The range in a document with these `lines`, clamped to them."""
        start, end = self.block.start + self.line, self.block.start + self.end_line
        last = len(lines) - 1
        start, end = min(start, last), min(end, last)
        return Range.of(
            start,
            code_point_column(lines[start], self.column),
            end,
            code_point_column(lines[end], self.end_column),
        )


Locatable = ast.expr | ast.stmt | ast.excepthandler | ast.arg | ast.keyword | ast.alias


def place_of(node: Locatable, block: Block) -> Place:
    """Where `node` of `block` stands."""
    base, line, column = block.base, node.lineno, node.col_offset
    end = (node.end_lineno or line) - base
    # Places are made all the time: without the call that a named tuple puts in between.
    return tuple.__new__(Place, (block, line - base, column, end, node.end_col_offset or column))


def header_place(
    node: ast.stmt | ast.excepthandler, block: Block, last: Locatable | None = None
) -> Place:
    """The first line of a compound statement, up to the end of `last` where that is given."""
    line = node.lineno - block.base
    if last is not None and last.end_lineno is not None and last.end_col_offset is not None:
        return Place(
            block, line, node.col_offset, last.end_lineno - block.base, last.end_col_offset
        )
    return Place(block, line, node.col_offset, line, node.col_offset + 1)
