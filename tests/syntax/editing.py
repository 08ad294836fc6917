"""An editor at the level of blocks: it types, and keeps what stood when the text last parsed."""

import ast
from collections import Counter
from collections.abc import Iterator

from leakwise.syntax import Block, SyntaxTree, subtree
from leakwise.text import Document, LineChange, Range
from tests.syntax.outlines import whole_dump

Standing = tuple[int, int, str]


class Editor:
    """A tree under edits, that compares it after each one with what it must hold.

    Every simple statement and every header of the last parsing state has to stand in each state
    that does not parse, but for those on the lines that were edited since.
    """

    def __init__(self, text: str) -> None:
        self.document = Document.from_text("file:///typed.py", text)
        self.tree = SyntaxTree(self.document)
        self.broken_states = 0
        self.lost: list[tuple[str, Standing]] = []
        self._edited: tuple[int, int] | None = None
        self._growth = 0
        self._good = list(standing(self.tree))
        self._good_lines = self.document.lines

    def replace(self, line: int, column: int, end_line: int, end_column: int, text: str) -> None:
        """Replaces a range, and checks the tree."""
        span = Range.of(line, column, end_line, end_column)
        self.document, change = self.document.replace(span, text)
        self.tree.update(self.document, [change])
        self._check(change)

    def type(self, line: int, column: int, text: str) -> None:
        """Types `text`, which has no line ends, character by character."""
        for offset, character in enumerate(text):
            place = column + offset
            self.replace(line, place, line, place, character)

    def erase(self, line: int, column: int, count: int) -> None:
        """Deletes `count` characters backwards, one by one, from `column` on."""
        for place in range(column, column - count, -1):
            self.replace(line, place - 1, line, place, "")

    def _check(self, change: LineChange) -> None:
        if _parses(self.document.text):
            if self.tree.problem() is not None:
                self.tree.resync()
            assert self.tree.problem() is None
            assert whole_dump(self.tree) == whole_dump(SyntaxTree(self.document))
            self._edited, self._growth = None, 0
            self._good = list(standing(self.tree))
            self._good_lines = self.document.lines
            return
        assert self.tree.problem() is not None
        self.broken_states += 1
        first, last = change.first, change.first + change.removed
        if self._edited is not None:
            first, last = min(first, self._edited[0]), max(last, self._edited[1])
        growth = change.added - change.removed
        self._growth += growth
        self._edited = first, last + growth
        present = Counter(standing(self.tree))
        for start, end, text in self._expected():
            if not present[start, end, text]:
                self.lost.append((self.document.text, (start, end, text)))

    def _expected(self) -> Iterator[Standing]:
        """What of the last parsing state lies outside the edited lines, where it is now."""
        assert self._edited is not None
        first, behind = self._edited[0], self._edited[1] - self._growth
        for start, end, text in self._good:
            if end < first:
                yield start, end, text
            elif start >= behind:
                yield start + self._growth, end + self._growth, text


def standing(tree: SyntaxTree) -> Iterator[Standing]:
    """First line, last line and dump of every simple statement and every header, with no lines."""
    for top in tree.blocks:
        for block in subtree(top):
            for statement in block.statements:
                yield from _standing(statement, block)


def _standing(statement: ast.stmt, block: Block) -> Iterator[Standing]:
    todo: list[ast.stmt] = [statement]
    hidden = {id(inner) for child in block.children for inner in child.statements}
    while todo:
        current = todo.pop()
        inner = [one for one in _suites(current) if id(one) not in hidden]
        todo.extend(inner)
        shift = block.start - block.base
        end = current.end_lineno or current.lineno
        if not list(_suites(current)):
            text = ast.dump(current, include_attributes=False)
            yield current.lineno + shift, end + shift, text
        else:
            header = _header_end(current)
            title = f"{type(current).__name__} {getattr(current, 'name', '')}"
            yield current.lineno + shift, header + shift, title


def _suites(statement: ast.stmt) -> Iterator[ast.stmt]:
    for field in ("body", "orelse", "finalbody"):
        yield from getattr(statement, field, [])
    for field in ("handlers", "cases"):
        for clause in getattr(statement, field, []):
            yield from clause.body


def _header_end(statement: ast.stmt) -> int:
    ends = [statement.lineno]
    for field in ("args", "returns", "test", "target", "iter", "subject"):
        node = getattr(statement, field, None)
        if isinstance(node, ast.expr):
            ends.append(node.end_lineno or node.lineno)
    return max(ends)


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
