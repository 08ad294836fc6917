"""Windows: runs of whole lines that parse by themselves, around the code that a fix changes.

A fix needs the statement it changes, not the file, so that it works in files that are broken
elsewhere. The statement's first line is looked for upwards by trial: a start inside a bracket or
a string does not parse, or does not stand where a block's head says a statement should stand.
"""

import ast
import re
import warnings

# typeshed does not list the flag by which codeop tells unfinished code from wrong code.
from codeop import PyCF_ALLOW_INCOMPLETE_INPUT  # type: ignore[attr-defined]
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from leakwise.fixing.layout import (
    continues_compound,
    depth,
    holds_code,
    newline,
    next_code,
    suite_start,
)
from leakwise.text import Document, Edit, Position, Range, apply_edits

_LINES_ABOVE = 200
_ENDS_TRIED = 100
_WINDOWS_GIVEN = 8
_LINES_PARSED = 20_000
_MOST_FOR_ONE_START = 1 / 4
_DISTANCES = (256, 64, 16, 4, 1)
_TRY = re.compile(r"[ \t\f]*try\s*:\s*(?:#.*)?$")


class Extent(Enum):
    """How far down a window reaches."""

    HEAD = auto()
    """As soon as it parses: of a compound statement only the start of its body."""
    STATEMENT = auto()
    """To the end of the statements in the span."""
    SUITE = auto()
    """To the end of the block that the statements stand in."""


class _Incomplete(Enum):
    INCOMPLETE = auto()


@dataclass(frozen=True, slots=True)
class Window:
    """The lines `first` up to, not including, `end` of a document, and their statements."""

    document: Document
    first: int
    end: int
    body: list[ast.stmt]

    @property
    def indented(self) -> bool:
        """Whether the statements stand in a block, whose head the window does not hold."""
        return depth(self.document.lines[self.first]) > 0

    def start_of(self, node: ast.stmt | ast.expr | ast.keyword) -> Position:
        """Where `node` starts; its decorators are not part of it."""
        return self._position(node.lineno, node.col_offset)

    def end_of(self, node: ast.stmt | ast.expr | ast.keyword) -> Position:
        """Where `node` ends."""
        return self._position(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def first_line_of(self, statement: ast.stmt) -> int:
        """The line that `statement` starts on, decorators included."""
        decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
        first = min((decorator.lineno for decorator in decorators), default=statement.lineno)
        return self._line(min(first, statement.lineno))

    def begins_its_line(self, statement: ast.stmt) -> bool:
        """Whether only indentation stands in front of `statement`."""
        start = self.start_of(statement)
        return not self.document.lines[start.line][: start.column].strip()

    def ends_its_line(self, statement: ast.stmt) -> bool:
        """Whether nothing but a comment follows `statement` on its last line."""
        end = self.end_of(statement)
        rest = self.document.lines[end.line][end.column :].strip()
        return not rest or rest.startswith("#")

    def becomes(self, edits: Iterable[Edit], expected: Sequence[ast.stmt]) -> bool:
        """Whether `edits` turn the window's lines into exactly the statements `expected`."""
        lines = self.document.lines[self.first : self.end]
        if lines[-1].endswith(("\r", "\n")):
            lines.append("")
        own = Document(self.document.uri, lines)
        moved = [Edit(_moved(edit.range, -self.first), edit.text) for edit in edits]
        text = _headed(apply_edits(own, moved), self.indented, newline(self.document, self.first))
        tree = parse(text)
        return tree is not None and same_code(_body(tree, self.indented), expected)

    def _line(self, lineno: int) -> int:
        return lineno - 1 + self.first - self.indented

    def _position(self, lineno: int, byte_column: int) -> Position:
        number = self._line(lineno)
        line = self.document.lines[number]
        if line.isascii():
            return Position(number, byte_column)
        return Position(number, len(line.encode()[:byte_column].decode(errors="ignore")))


def windows(document: Document, span: Range, extent: Extent) -> Iterator[Window]:
    """Windows around `span`, the likeliest first; none when nothing around it parses."""
    trials = _Trials(document, extent)
    top = max(-1, span.start.line - _LINES_ABOVE)
    given = 0
    for first in range(span.start.line, top, -1):
        line = document.lines[first]
        if not holds_code(line) or continues_compound(line):
            continue
        suite = suite_start(document, first)
        window = None if suite is None else trials.window(first, span.end.line)
        if suite is None or window is None:
            continue
        yield trials.widened(window, suite)
        given += 1
        if given == _WINDOWS_GIVEN:
            return


def window_from(document: Document, first: int, extent: Extent) -> Window | None:
    """The window that starts with line `first`; None when the line does not start a statement."""
    return _Trials(document, extent).window(first, first)


def parse(text: str) -> ast.Module | None:
    """The tree of `text`; None when it does not parse."""
    tree = _parse(text)
    return tree if isinstance(tree, ast.Module) else None


def parses(text: str) -> bool:
    """Whether `text` is Python that the running interpreter can parse."""
    return parse(text) is not None


def same_code(left: Sequence[ast.stmt], right: Sequence[ast.stmt]) -> bool:
    """Whether both are the same statements, wherever they stand."""
    try:
        return len(left) == len(right) and all(
            ast.dump(a) == ast.dump(b) for a, b in zip(left, right, strict=True)
        )
    except RecursionError:
        return False


@dataclass(slots=True)
class _Trials:
    """Trial parses around one span, up to a bound on the lines that are read."""

    document: Document
    extent: Extent
    lines_left: int = _LINES_PARSED

    def window(self, first: int, last: int) -> Window | None:
        """The window from line `first` that holds the line `last`."""
        # The end of a string taken for its start never closes: that must leave some for others.
        least = self.lines_left * (1 - _MOST_FOR_ONE_START)
        for tried, end in enumerate(self._ends(first, last)):
            if self.lines_left < least:
                return None
            found = self._parsed(first, end)
            if isinstance(found, Window):
                return found
            if found is None or tried >= _ENDS_TRIED:
                return None
        return None

    def widened(self, window: Window, suite: int) -> Window:
        """The window with statements in front of it in its block, which starts at `suite`.

        They are not needed, but show where statements really start, decorators among them.
        """
        lines = self.document.lines
        own = depth(lines[window.first])
        top = suite if own else 0
        tried = {window.first}
        for distance in _DISTANCES:
            for first in range(max(window.first - distance, top), window.first):
                if holds_code(lines[first]) and depth(lines[first]) == own:
                    break
            else:
                continue
            if first in tried or continues_compound(lines[first]):
                continue
            tried.add(first)
            wider = self._parsed(first, window.end)
            if wider is _Incomplete.INCOMPLETE:
                # A bracket or string is open above, and the window in it, if it closes below.
                wider = self.window(first, window.end - 1)
            if isinstance(wider, Window):
                return wider
        return window

    def _ends(self, first: int, last: int) -> Iterator[int]:
        lines = self.document.lines
        if self.extent is Extent.HEAD:
            end = last + 1
            while end <= len(lines):
                # A `try` cannot end in front of its first clause.
                end = self._clause_of(end - 1) or end
                yield end
                end += 1
            return
        own = depth(lines[first])
        end = last + 1
        while (below := next_code(self.document, end)) is not None:
            line = lines[below]
            level = depth(line)
            if level < own or (
                self.extent is Extent.STATEMENT and level == own and not continues_compound(line)
            ):
                yield end
            end = below + 1
        yield end

    def _clause_of(self, line: int) -> int | None:
        """The end of the line with the first clause of the `try` that `line` is the head of."""
        lines = self.document.lines
        if not _TRY.match(lines[line]):
            return None
        own = depth(lines[line])
        for number in range(line + 1, len(lines)):
            if continues_compound(lines[number]) and depth(lines[number]) == own:
                return number + 1
        return None

    def _parsed(self, first: int, end: int) -> Window | _Incomplete | None:
        if self.lines_left <= 0:
            return None
        self.lines_left -= end - first
        lines = self.document.lines[first:end]
        indented = depth(lines[0]) > 0
        tree = _parse(_headed("".join(lines), indented, newline(self.document, first)))
        if not isinstance(tree, ast.Module):
            return tree
        # Code that leaves the block would stand beside its head.
        if indented and (len(tree.body) != 1 or getattr(tree.body[0], "orelse", None)):
            return None
        return Window(self.document, first, end, _body(tree, indented))


def _parse(text: str) -> ast.Module | _Incomplete | None:
    flags = ast.PyCF_ONLY_AST | PyCF_ALLOW_INCOMPLETE_INPUT
    # Python 3.11 does not take a backslash in front of `\r\n` at the end for unfinished code.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        with warnings.catch_warnings():
            # Invalid escapes warn; that is for who runs the code to see.
            warnings.simplefilter("ignore")
            tree = compile(text, "<fix>", "exec", flags, dont_inherit=True)
    except SyntaxError as error:
        # Python 3.12 does not take an open triple-quoted f-string for unfinished code.
        unfinished = ("incomplete input", "unterminated triple-quoted")
        return _Incomplete.INCOMPLETE if error.msg.startswith(unfinished) else None
    except (ValueError, RecursionError, MemoryError):
        return None
    return tree if isinstance(tree, ast.Module) else None


def _headed(text: str, indented: bool, line_end: str) -> str:
    """Indented lines under a head of their own: so nothing is dedented, strings least of all."""
    return f"if 1:{line_end}{text}" if indented else text


def _body(tree: ast.Module, indented: bool) -> list[ast.stmt]:
    if indented and isinstance(head := tree.body[0], ast.If):
        return [*head.body, *tree.body[1:]]
    return tree.body


def _moved(span: Range, lines: int) -> Range:
    return Range(
        Position(span.start.line + lines, span.start.column),
        Position(span.end.line + lines, span.end.column),
    )
