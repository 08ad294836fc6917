"""Statements put in front of others, behind them, or last in a block."""

import ast

from leakwise.fixing.blocks import Compound, can_be_moved, compound_at
from leakwise.fixing.indenting import end_with_comments
from leakwise.fixing.layout import (
    depth,
    indentation,
    indentation_unit,
    insertion,
    newline,
    next_code,
    trimmed,
)
from leakwise.fixing.lines import NewLines, leaves, may_leave, new_lines
from leakwise.fixing.statements import Run, run_at
from leakwise.fixing.windows import Extent, Window, same_code, windows
from leakwise.text import Document, Edit, Position, Range
from leakwise.text.document import line_width


def inserted_before(document: Document, span: Range, text: str) -> tuple[Edit, ...] | None:
    """Edits that put the statements `text` right in front of the one at `span`."""
    added = new_lines(text)
    found = statement_at(document, span)
    if added is None or found is None:
        return None
    window, run = found
    return _put_before(window, run, added)


def inserted_after(document: Document, span: Range, text: str) -> tuple[Edit, ...] | None:
    """Edits that put the statements `text` right behind the one at `span`."""
    added = new_lines(text)
    found = statement_at(document, span)
    if added is None or found is None:
        return None
    window, run = found
    return _put_after(window, run, added, own_comments=False)


def appended_last(
    document: Document, span: Range, text: str, *, before_leaving: bool
) -> tuple[Edit, ...] | None:
    """Edits that put the statements `text` at the end of the body of the compound at `span`."""
    added = new_lines(text)
    span = trimmed(document, span)
    if added is None:
        return None
    for window in windows(document, Range(span.start, span.start), Extent.STATEMENT):
        compound = compound_at(window, span)
        if compound is None:
            continue
        body = compound.body
        last = len(body) - 1
        run = Run(compound, body, last, last)
        if not before_leaving and may_leave(body):
            return None
        if not leaves(body[-1]):
            return _put_after(window, run, added, own_comments=True)
        leaving = isinstance(body[-1], (ast.Return, ast.Raise, ast.Break, ast.Continue))
        return _put_before(window, run, added) if before_leaving and leaving else None
    return None


def statement_at(document: Document, span: Range) -> tuple[Window, Run] | None:
    """The one whole statement at `span`, in a window that holds it; None when it is none."""
    span = trimmed(document, span)
    for window in windows(document, span, Extent.STATEMENT):
        run = run_at(window, span)
        if run is not None:
            return (window, run) if run.first == run.last else None
    return None


def _put_before(window: Window, run: Run, added: NewLines) -> tuple[Edit, ...] | None:
    suite, place = run.suite, run.first
    target = suite[place]
    if (
        not can_be_moved(window, run)
        or same_code(suite[place : place + len(added.statements)], added.statements)
        or added.stands_in(suite, place)
    ):
        return None
    document = window.document
    line = window.first_line_of(target)
    edit: Edit | None
    if window.begins_its_line(target):
        edit = _above(document, line, added)
    else:
        previous = None if place == 0 else window.end_of(suite[place - 1])
        edit = _between(window, run, previous, window.start_of(target), added)
    if edit is None:
        return None
    suite[place:place] = added.statements
    return (edit,) if window.becomes((edit,), window.body) else None


def _put_after(
    window: Window, run: Run, added: NewLines, *, own_comments: bool
) -> tuple[Edit, ...] | None:
    suite, place = run.suite, run.first
    target = suite[place]
    count = len(added.statements)
    if (
        leaves(target)
        or same_code(suite[place + 1 : place + 1 + count], added.statements)
        or added.stands_in(suite, place + 1)
        or _future_follows(window, target)
    ):
        return None
    if window.ends_its_line(target):
        edits = _below(window, run, added, own_comments=own_comments)
    else:
        end = window.end_of(target)
        follows = place + 1 < len(suite)
        start = window.start_of(suite[place + 1]) if follows else end
        edit = _between(window, run, end, start, added) if follows else None
        edits = None if edit is None else (edit,)
    if edits is None:
        return None
    suite[place + 1 : place + 1] = added.statements
    return edits if window.becomes(edits, window.body) else None


def _above(document: Document, line: int, added: NewLines) -> Edit:
    margin = indentation(document.lines[line])
    line_end = newline(document, line)
    text = added.laid_out(margin, indentation_unit(document, line), line_end)
    return insertion(line, len(margin), f"{text}{line_end}{margin}")


def _below(
    window: Window, run: Run, added: NewLines, *, own_comments: bool
) -> tuple[Edit, ...] | None:
    """The edits that put lines below a statement that ends its line."""
    document = window.document
    target = run.suite[run.first]
    end = window.end_of(target).line
    opened: tuple[Edit, ...] = ()
    expanded = _expansion(window, run)
    margin = _line_head(window, run)
    if expanded is not None:
        margin, opened = expanded
    elif margin is None:
        return None
    else:
        # Comments that stand deeper belong to the statement, and as deep to its block.
        level = depth(margin) - own_comments
        end = end_with_comments(document, end + 1, level) - 1
    line_end = newline(document, end)
    text = added.laid_out(margin, indentation_unit(document, end), line_end)
    below = next_code(document, end + 1)
    if below is not None and not opened:
        # The window may end with the statement.
        there = [line.rstrip() for line in document.lines[below : below + len(added.lines)]]
        if there == f"{margin}{text}".split(line_end):
            return None
    width = line_width(document.lines[end])
    return (*opened, insertion(end, width, f"{line_end}{margin}{text}"))


def _between(
    window: Window, run: Run, end: Position | None, start: Position, added: NewLines
) -> Edit | None:
    """The edit that parts two statements of one line, or the first from its head."""
    document = window.document
    if end is None:
        expanded = _expansion(window, run)
        if expanded is None:
            return None
        margin, (opened,) = expanded
        line_end = newline(document, start.line)
        text = added.laid_out(margin, indentation_unit(document, start.line), line_end)
        return Edit(opened.range, f"{opened.text}{text}{line_end}{margin}")
    head = _line_head(window, run)
    if head is None:
        if not added.single:
            return None
        return insertion(start.line, start.column, f"{added.lines[0]}; ")
    if end.line != start.line:
        return None
    line_end = newline(document, start.line)
    text = added.laid_out(head, indentation_unit(document, start.line), line_end)
    return Edit(Range(end, start), f"{line_end}{head}{text}{line_end}{head}")


def _line_head(window: Window, run: Run) -> str | None:
    """The indentation of the run's suite; None when the suite stands on its head's line."""
    for place in range(run.first, -1, -1):
        each = run.suite[place]
        if window.begins_its_line(each):
            return indentation(window.document.lines[window.start_of(each).line])
    return None


def _expansion(window: Window, run: Run) -> tuple[str, tuple[Edit]] | None:
    """For a suite of one line with its head: the indentation that it gets on lines of its own,
    and the edit that moves it there."""
    document = window.document
    owner = run.owner
    start = window.start_of(run.suite[0])
    if not isinstance(owner, Compound) or _line_head(window, run) is not None:
        return None
    before = document.lines[start.line][: start.column]
    gap = len(before) - len(before.rstrip())
    if not before.rstrip().endswith(":"):
        return None
    # The head may be a clause: its line, not its statement's, tells the indentation.
    head_line = window.start_of(owner).line if run.suite is owner.body else start.line
    margin = indentation(document.lines[head_line]) + indentation_unit(document, start.line)
    line_end = newline(document, start.line)
    opened = Edit(Range(Position(start.line, start.column - gap), start), f"{line_end}{margin}")
    return margin, (opened,)


def _future_follows(window: Window, statement: ast.stmt) -> bool:
    """Whether an import from `__future__` stands right behind, which must stay first."""
    document = window.document
    below = next_code(document, window.end_of(statement).line + 1)
    return below is not None and document.lines[below].startswith("from __future__")
