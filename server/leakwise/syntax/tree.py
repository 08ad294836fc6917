"""The blocks of one document, kept true while it is edited."""

import ast
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from operator import attrgetter
from typing import Any

from leakwise.syntax import layout
from leakwise.syntax.blocks import Block, damaged
from leakwise.syntax.building import Builder, Span, stretch
from leakwise.syntax.headers import rehead
from leakwise.syntax.healing import fits, heal, heal_afresh
from leakwise.syntax.index import BlockIndex
from leakwise.syntax.layout import Group, groups_of, indentation, is_code, is_long
from leakwise.syntax.lexical import closing_line, ends_open, starts_inside
from leakwise.syntax.parsing import Parsed, SyntaxProblem, parse_lines
from leakwise.syntax.spans import whole_change
from leakwise.syntax.splicing import Before, Level, splice
from leakwise.text import Document, LineChange

_START = attrgetter("start")
_JOINED_LINES = 80
"""How far behind a change the end of a string is looked for."""


@dataclass(slots=True)
class Update:
    """What an update did to the top-level blocks."""

    touched: list[Block]
    """New ones and those whose revision changed."""
    removed: list[Block]
    """Those that are gone."""


class SyntaxTree:
    """A document as blocks of statements; any text has some, whether it parses or not."""

    def __init__(self, document: Document, *, lasting: bool = False) -> None:
        """Nobody may update a `lasting` tree: its long functions, which edits would be found in,
        are not split."""
        self.document = document
        self._split_over = inf if lasting else layout.SPLIT_OVER
        self.blocks: list[Block] = []
        self.notes: dict[Block, Any] = {}
        """What is found out about blocks, shared by all that read the tree."""
        self.whole: dict[object, Any] = {}
        """What is found out about all of a tree that nobody may update, shared likewise. It may not
        refer to the tree."""
        self._index = BlockIndex()
        self._read_afresh()

    def child_block(self, statement: ast.stmt) -> Block | None:
        """The child block that a statement of a split block's suite belongs to, if any does."""
        return self._index.child_block(statement)

    def problem(self) -> SyntaxProblem | None:
        """The first statement that does not parse, with its absolute line; None if all parse."""
        broken = min(self._index.broken, key=_START, default=None)
        if broken is None:
            return None
        inner = broken.problem or SyntaxProblem(0, "invalid syntax")
        return SyntaxProblem(broken.start + inner.line, inner.message)

    def update(self, document: Document, changes: Sequence[LineChange]) -> Update:
        """Takes a newer version; `changes` lead to it in order."""
        old_lines, self.document = self.document.lines, document
        span = whole_change(changes, old_lines, document.lines)
        if span is None:
            return Update([], [])
        levels = self._levels(span)
        top = levels[0]
        reach = top.blocks[top.high].end + _JOINED_LINES
        low, high = max(top.low - 1, 0), bisect_right(top.blocks, reach, key=_START) + 1
        old = top.blocks[low:high]
        revisions = [block.revision for block in old]
        count = len(top.blocks)
        self._apply(levels, span, old_lines)
        return _difference(old, revisions, top.blocks[low : high + len(top.blocks) - count])

    def resync(self) -> Update:
        """Parses the whole text once where a block is broken; on success none is any more."""
        if not self._index.broken:
            return Update([], [])
        parsed = parse_lines(self.document.lines)
        if isinstance(parsed, SyntaxProblem):
            return Update([], [])
        old = self.blocks
        revisions = [block.revision for block in old]
        self.blocks = self._built(parsed, 0, Span(len(parsed.lines), 0, 0), old)
        return _difference(old, revisions, self.blocks)

    def _read_afresh(self) -> None:
        lines = self.document.lines
        parsed = parse_lines(lines)
        if isinstance(parsed, SyntaxProblem):
            self.blocks = heal_afresh(lines, self._index)
        else:
            self.blocks = self._built(parsed, 0, None, [])

    def _built(
        self, parsed: Parsed, origin: int, span: Span | None, old: Sequence[Block]
    ) -> list[Block]:
        """Blocks of the document's top level, with one for the comments that lead it."""
        groups = groups_of(parsed, parsed.statements)
        lead = groups[0].start if groups else len(parsed.lines)
        if lead:
            groups.insert(0, Group(0, 0, []))
        split_over = self._split_over if span is None else layout.SPLIT_EDITED_OVER
        builder = Builder(parsed, origin, span, self._index, split_over)
        return builder.blocks(old, groups, len(parsed.lines), None)

    def _levels(self, span: Span) -> list[Level]:
        """The suites that hold the change, from the document's down to the smallest."""
        levels: list[Level] = []
        owner, suite, blocks = None, None, self.blocks
        first = span.first if span.removed else max(span.first - 1, 0)
        last = span.first + span.removed - 1 if span.removed else first
        while True:
            low = max(bisect_right(blocks, first, key=_START) - 1, 0)
            high = max(bisect_right(blocks, last, key=_START) - 1, low)
            levels.append(Level(owner, suite, blocks, low, high))
            if low != high:
                return levels
            owner = blocks[low]
            suite = next((s for s in owner.suites if s.start <= first and last < s.end), None)
            if suite is None:
                return levels
            blocks = suite.blocks

    def _apply(self, levels: list[Level], span: Span, old_lines: Sequence[str]) -> None:
        problem: SyntaxProblem | None = None
        deepest = levels[-1]
        if deepest.low == deepest.high and deepest.blocks[deepest.low].suites:
            before = Before.of(deepest.blocks[deepest.low : deepest.low + 1])
            block = deepest.blocks[deepest.low]
            if rehead(block, span, old_lines, self.document.lines, deepest.indent, self._index):
                splice(levels, deepest.low, deepest.low, [block], before, span)
                self._unsplit(levels)
                return
        for depth in range(len(levels), 0, -1):
            outcome = self._reparse(levels[:depth], span)
            if outcome is None:
                return
            problem = problem or outcome
            if not self._may_help(levels[depth - 1], span):
                break
        assert problem is not None
        if len(levels) > 1 and not self._lines(deepest, deepest.low, deepest.high, span):
            levels.pop()
        level = levels[-1]
        old = level.blocks[level.low : level.high + 1]
        before = Before.of(old)
        fresh = heal(old, span, old_lines, self.document.lines, level.indent, problem, self._index)
        splice(levels, level.low, level.high, fresh, before, span)

    def _reparse(self, levels: Sequence[Level], span: Span) -> SyntaxProblem | None:
        """Parses what the change touched at the last level; None if that succeeded."""
        level = levels[-1]
        low, high = level.low, level.high
        problem = self._attempt(levels, low, high, span)
        if problem is None:
            return None
        lines = self._lines(level, low, high, span)
        above = low - 1 if low and starts_inside(lines, level.indent) else low
        below = self._last_joined(level, lines, span)
        for around in dict.fromkeys([(above, high), (low, below), (above, below)]):
            if around != (low, high) and self._attempt(levels, *around, span) is None:
                return None
        return problem

    def _last_joined(self, level: Level, lines: Sequence[str], span: Span) -> int:
        """The last block that the statement at the end of `lines` may reach into."""
        last = len(level.blocks) - 1
        if level.high == last:
            return last
        if ends_open(lines):
            return level.high + 1
        start = level.blocks[level.high].end + span.growth
        closing = closing_line(lines, self.document.lines[start : start + _JOINED_LINES])
        if closing is None:
            return level.high
        found = bisect_right(level.blocks, start + closing - span.growth, key=_START) - 1
        return min(found, last)

    def _attempt(
        self, levels: Sequence[Level], low: int, high: int, span: Span
    ) -> SyntaxProblem | None:
        level = levels[-1]
        lines = self._lines(level, low, high, span)
        if lines and lines[-1].endswith("\\\r\n") and "#" not in lines[-1]:
            # Python 3.11 takes a backslash before `\r\n` at the very end of a text for its end.
            return SyntaxProblem(len(lines) - 1, "unexpected EOF while parsing")
        if any(map(is_code, lines)):
            parsed = parse_lines(lines, level.indent)
            if isinstance(parsed, SyntaxProblem):
                return parsed
            if level.indent and not fits(parsed, level.indent):
                return SyntaxProblem(0, "unexpected indent")
        elif level.suite and len(level.blocks) == high - low + 1:
            return SyntaxProblem(0, "expected an indented block")
        else:
            parsed = Parsed([], lines, 1)
        old = level.blocks[low : high + 1]
        before = Before.of(old)
        origin = old[0].start
        if level.suite is None and low == 0:
            fresh = self._built(parsed, origin, span, old)
        else:
            groups = groups_of(parsed, parsed.statements)
            builder = Builder(parsed, origin, span, self._index, layout.SPLIT_EDITED_OVER)
            fresh = builder.blocks(old, groups, len(lines), level.owner)
            if low:
                previous = level.blocks[low - 1]
                lead = groups[0].start if groups else len(lines)
                stretch(previous, previous.line_count + lead)
        splice(levels, low, high, fresh, before, span)
        self._unsplit(levels)
        return None

    def _unsplit(self, levels: Sequence[Level]) -> None:
        """Makes a leaf of the outermost block around the change that became short."""
        for depth, level in enumerate(levels):
            if level.low >= len(level.blocks):
                return
            block = level.blocks[level.low]
            split_over = layout.SPLIT_EDITED_OVER
            if not block.suites or is_long(block.statements[0], block.code_count, split_over):
                continue
            if damaged(block):
                continue
            lines = self.document.lines[block.start : block.end]
            parsed = parse_lines(lines, level.indent)
            if isinstance(parsed, SyntaxProblem):
                return
            groups = groups_of(parsed, parsed.statements)
            before = Before.of([block])
            builder = Builder(parsed, block.start, None, self._index, layout.SPLIT_EDITED_OVER)
            fresh = builder.blocks([block], groups, len(lines), level.owner)
            splice(levels[: depth + 1], level.low, level.low, fresh, before, Span(0, 0, 0))
            return

    def _lines(self, level: Level, low: int, high: int, span: Span) -> list[str]:
        first = level.blocks[low].start
        return self.document.lines[first : level.blocks[high].end + span.growth]

    def _may_help(self, level: Level, span: Span) -> bool:
        """Whether a wider text may parse where this level's did not."""
        if level.owner is None:
            return False
        lines = self._lines(level, level.low, level.high, span)
        code = [line for line in lines if is_code(line)]
        if not code or (level.low == 0 and indentation(code[0]) != level.indent):
            return True
        return not all(indentation(line).startswith(level.indent) for line in code)


def _difference(old: Sequence[Block], revisions: Sequence[int], new: Sequence[Block]) -> Update:
    known = {id(block): revision for block, revision in zip(old, revisions, strict=True)}
    present = set(map(id, new))
    return Update(
        [block for block in new if known.get(id(block)) != block.revision],
        [block for block in old if id(block) not in present],
    )
