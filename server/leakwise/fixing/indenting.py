"""Moving whole statements one level to the right."""

import ast
from dataclasses import dataclass

from leakwise.fixing.concrete import lines_inside_strings
from leakwise.fixing.layout import (
    depth,
    indentation,
    indentation_unit,
    insertion,
    is_comment,
    newline,
)
from leakwise.fixing.statements import Run
from leakwise.fixing.windows import Window
from leakwise.text import Document, Edit, Position
from leakwise.text.document import line_width


@dataclass(frozen=True, slots=True)
class Deeper:
    """A run of statements that moves one level to the right, below a head of its own."""

    document: Document
    lines: range
    margin: str
    unit: str
    edits: tuple[Edit, ...]
    """What moves the lines but the first, whose new indentation comes with the head."""

    @property
    def newline(self) -> str:
        """The line ending of the run."""
        return newline(self.document, self.lines[0])

    def head(self, text: str) -> Edit:
        """The edit that puts the line `text` above the run and moves its first line."""
        return insertion(
            self.lines[0],
            len(self.margin),
            f"{text}{self.newline}{self.margin}{self.unit}",
        )

    def tail(self, *lines: str) -> Edit:
        """The edit that puts `lines`, which start at the head's column, below the run."""
        end = self.end
        text = "".join(f"{self.newline}{self.margin}{line}" for line in lines)
        return insertion(end.line, end.column, text)

    @property
    def end(self) -> Position:
        """The end of the run's last line."""
        last = self.lines[-1]
        return Position(last, line_width(self.document.lines[last]))


def deeper(window: Window, run: Run) -> Deeper | None:
    """The run, moved; None when its lines hold other code too, or when they do not round-trip."""
    statements = run.statements
    if not (window.begins_its_line(statements[0]) and window.ends_its_line(statements[-1])):
        return None
    document = window.document
    first = window.first_line_of(statements[0])
    margin = indentation(document.lines[first])
    end = end_with_comments(document, window.end_of(statements[-1]).line + 1, depth(margin))
    inside = lines_inside_strings(document, first, end)
    if inside is None:
        return None
    unit = _unit(window, statements)
    edits = []
    for number in range(first + 1, end):
        line = document.lines[number]
        if number not in inside and line.strip():
            edits.append(insertion(number, _column(line, margin), unit))
    return Deeper(document, range(first, end), margin, unit, tuple(edits))


def _column(line: str, margin: str) -> int:
    """Where `line`'s indentation grows: at a column that differs from level to level, so that
    edits which move a line twice stay two; behind a form feed, which starts columns anew."""
    own = indentation(line)
    column = len(margin) if own.startswith(margin) else 0
    return max(column, own.rfind("\f") + 1)


def end_with_comments(document: Document, end: int, margin_depth: int) -> int:
    """The end of the lines from `end` on that are comments deeper than the margin: they belong
    to the block above them."""
    found = end
    for number in range(end, len(document.lines)):
        line = document.lines[number]
        if is_comment(line) and depth(line) > margin_depth:
            found = number + 1
        elif line.strip():
            break
    return found


def _unit(window: Window, statements: list[ast.stmt]) -> str:
    return indentation_unit(window.document, window.first_line_of(statements[0]))
