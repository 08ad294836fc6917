"""A notebook as one document: its code cells joined in order, each still told from the others.

The lines of the whole are Python: magics are stood in for. A blank line, which is part of no cell,
ends each cell, so that what is added behind a cell's last line belongs to that cell.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from leakwise.syntax.magics import RUN, python_lines
from leakwise.text import Document, Edit, LineChange, MisplacedEditError, Position, Range
from leakwise.text.document import line_width

_BETWEEN = "\n"


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One version of a cell: its own text, and the lines that stand for it in the whole."""

    document: Document
    number: int
    """Its place among all cells, those that hold no Python too; from 1."""
    lines: list[str]
    """As many as its text has, each terminated, and the one behind it; none if it is no Python."""

    @classmethod
    def of(cls, document: Document, number: int, *, is_python: bool = True) -> "Cell":
        """The cell that holds `document`."""
        if not is_python:
            return cls(document, number, [])
        lines = python_lines(document.lines)
        if not lines[-1].endswith(("\r", "\n")):
            lines[-1] += _BETWEEN
        lines.append(_BETWEEN)
        return cls(document, number, lines)

    @property
    def end(self) -> Position:
        """The end of its text."""
        last = len(self.document.lines) - 1
        return Position(last, line_width(self.document.lines[last]))

    @property
    def is_foreign(self) -> bool:
        """Whether its code is not for this notebook's Python, as below `%%bash`."""
        own = self.document.lines
        return not any(map(str.strip, self.lines)) and any(map(str.strip, own))

    def is_as_written(self, line: int) -> bool:
        """Whether a line of the text stands in the whole as it is; the one behind the last does."""
        own = self.document.lines
        return line >= len(own) or self.lines[line].rstrip("\r\n") == own[line].rstrip("\r\n")


@dataclass(frozen=True, slots=True, eq=False)
class NotebookDocument(Document):
    """The code cells of a notebook as one Document, whose parts are the cells."""

    cells: tuple[Cell, ...] = ()
    _starts: tuple[int, ...] = ()

    @classmethod
    def of(cls, uri: str, cells: Iterable[Cell], version: int | None = None) -> "NotebookDocument":
        """The notebook with these cells."""
        cells = tuple(cells)
        lines = [line for cell in cells for line in cell.lines]
        return cls(uri, [*lines, ""], version, cells=cells, _starts=_starts(cells))

    def with_cells(
        self, cells: Iterable[Cell], version: int | None = None
    ) -> "tuple[NotebookDocument, list[LineChange]]":
        """A newer version with these cells, and the change that leads to it, if lines differ.

        Cells that are the same objects are not looked at.
        """
        fresh = tuple(cells)
        old = self.cells
        limit = min(len(old), len(fresh))
        head = 0
        while head < limit and old[head] is fresh[head]:
            head += 1
        tail = 0
        while tail < limit - head and old[-1 - tail] is fresh[-1 - tail]:
            tail += 1
        first = sum(len(cell.lines) for cell in old[:head])
        removed = [line for cell in old[head : len(old) - tail] for line in cell.lines]
        added = [line for cell in fresh[head : len(fresh) - tail] for line in cell.lines]
        lines = [*self.lines[:first], *added, *self.lines[first + len(removed) :]]
        change = _trimmed(first, removed, added)
        changed = NotebookDocument(self.uri, lines, version, cells=fresh, _starts=_starts(fresh))
        return changed, [change] if change.removed or change.added else []

    def cell_at(self, line: int) -> tuple[Cell, int]:
        """The cell that has a line of the whole, or the nearest, and that cell's first line."""
        at = max(bisect_right(self._starts, line) - 1, 0)
        # Cells without lines start where the next one does; the last of them has the line.
        while at > 0 and not self.cells[at].lines:
            at -= 1
        return self.cells[at], self._starts[at]

    def changed_parts(self, before: Document) -> list[tuple[str, str]]:
        """The lines of each cell that is not as in `before`, a version with as many cells: what
        they were and what they are."""
        assert isinstance(before, NotebookDocument)
        return [
            ("".join(old.lines), "".join(new.lines))
            for old, new in zip(before.cells, self.cells, strict=True)
            if old is not new
        ]

    def parts(self) -> Sequence[Document]:
        """The texts of the cells that hold Python."""
        return [cell.document for cell in self.cells if cell.lines]

    def part(self, uri: str) -> tuple[Document, int] | None:
        """The text of the cell with this address and its first line in the whole."""
        for cell, start in zip(self.cells, self._starts, strict=True):
            if cell.document.uri == uri and cell.lines:
                return cell.document, start
        return None

    def located(self, span: Range) -> tuple[Document, Range]:
        """The text of the cell that a range of the whole starts in, and the range in it."""
        if not self.cells:
            return self, span
        cell, start = self.cell_at(span.start.line)
        return cell.document, Range(
            min(_above(span.start, start), cell.end), min(_above(span.end, start), cell.end)
        )

    def number_of(self, part: Document) -> int | None:
        """The place of a cell among all of the notebook's, from 1."""
        return next((cell.number for cell in self.cells if cell.document is part), None)

    def addressed(self, edits: Iterable[Edit]) -> list[tuple[Document, list[Edit]]]:
        """The edits by the cell that they are to be made in, with their ranges in its text.

        Raises:
            MisplacedEditError: an edit reaches over two cells, or changes what stands for a magic.
        """
        found: dict[str, tuple[Document, list[Edit]]] = {}
        if not self.cells:
            raise MisplacedEditError("there is no cell")
        for edit in dict.fromkeys(edits):
            cell, start = self._cell_for(edit)
            first = Position(start, 0)
            low, high = max(edit.range.start, first), max(edit.range.end, first)
            span = Range(_above(low, start), _above(high, start))
            own = _in_cell(cell, Edit(span, edit.text))
            found.setdefault(cell.document.uri, (cell.document, []))[1].append(own)
        return list(found.values())

    def _cell_for(self, edit: Edit) -> tuple[Cell, int]:
        """The cell that an edit is in; for lines that are to stand in front of another program's
        cell, the next one."""
        cell, start = self.cell_at(edit.range.start.line)
        if edit.range.start != edit.range.end or edit.range.start != Position(start, 0):
            return cell, start
        at = next(number for number, one in enumerate(self.cells) if one is cell)
        behind = zip(self.cells[at:], self._starts[at:], strict=True)
        own = (one for one in behind if one[0].lines and not one[0].is_foreign)
        return next(own, (cell, start))

    def with_parts(self, texts: Mapping[str, str]) -> "NotebookDocument":
        """This notebook with other texts for some of its cells, by their addresses."""
        cells = [
            _with_text(cell, texts[cell.document.uri]) if cell.document.uri in texts else cell
            for cell in self.cells
        ]
        return NotebookDocument.of(self.uri, cells, self.version)


def _starts(cells: Sequence[Cell]) -> tuple[int, ...]:
    return tuple(accumulate((len(cell.lines) for cell in cells), initial=0))[: len(cells)]


def _trimmed(first: int, removed: Sequence[str], added: Sequence[str]) -> LineChange:
    limit = min(len(removed), len(added))
    head = 0
    while head < limit and removed[head] == added[head]:
        head += 1
    tail = 0
    while tail < limit - head and removed[-1 - tail] == added[-1 - tail]:
        tail += 1
    return LineChange(first + head, len(removed) - head - tail, len(added) - head - tail)


def _with_text(cell: Cell, text: str) -> Cell:
    document = Document.from_text(cell.document.uri, text, cell.document.version)
    return Cell.of(document, cell.number)


def _above(position: Position, start: int) -> Position:
    return Position(position.line - start, position.column)


def _in_cell(cell: Cell, edit: Edit) -> Edit:
    """An edit of a cell's lines as one of its text."""
    start, end = edit.range.start, edit.range.end
    if end.line > len(cell.document.lines) and (end.line, end.column) != (len(cell.lines), 0):
        raise MisplacedEditError("it reaches over two cells")
    if cell.is_foreign and start.line < len(cell.document.lines):
        raise MisplacedEditError("its cell is no code of this notebook")
    if start == end and start.column == 0:
        start = end = _insertion_line(cell, start)
    elif not _is_free(cell, edit):
        raise MisplacedEditError("it changes a line that is a magic")
    last = cell.end
    if end <= last:
        return Edit(Range(start, end), edit.text)
    # The line behind the text, and the end of its last line, exist in the whole alone.
    text = edit.text.removesuffix("\n").removesuffix("\r")
    if start > last:
        return Edit(Range(last, last), _BETWEEN + text if last.column else text)
    if not text and start.column == 0 and start.line > 0:
        before = start.line - 1
        start = Position(before, line_width(cell.document.lines[before]))
    return Edit(Range(start, last), text)


def _insertion_line(cell: Cell, place: Position) -> Position:
    """Where whole lines are put in that are to stand in front of a line."""
    own = cell.document.lines
    behind = 0
    for number, line in enumerate(own):
        if line.startswith("%%"):
            # A cell magic stands first, above what it is to run.
            behind = number + 1
        elif line.strip():
            break
    if place.line < behind:
        if behind >= len(own):
            raise MisplacedEditError("its cell holds nothing but a magic")
        return Position(behind, 0)
    if place.line and not (cell.is_as_written(place.line) or cell.is_as_written(place.line - 1)):
        raise MisplacedEditError("it parts the lines of a magic")
    return place


def _is_free(cell: Cell, edit: Edit) -> bool:
    """Whether what an edit changes is in the cell's text as it is in the whole."""
    start, end = edit.range.start, edit.range.end
    last = end.line if end.column or end == start else end.line - 1
    if all(cell.is_as_written(line) for line in range(start.line, last + 1)):
        return True
    if start.line != end.line or "\n" in edit.text or "\r" in edit.text:
        return False
    # Behind `%time` in its line stands Python, in the columns that it has.
    here, own = cell.lines[start.line], cell.document.lines[start.line]
    if not here.lstrip().startswith(RUN):
        return False
    return here[start.column :].rstrip("\r\n") == own[start.column :].rstrip("\r\n")
