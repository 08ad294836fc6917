"""Statements and decorators taken out, and statements in the place of others."""

import ast
import re

from leakwise.fixing.gaps import holds_comment, rest_of_line
from leakwise.fixing.indenting import end_with_comments
from leakwise.fixing.inserting import statement_at
from leakwise.fixing.layout import (
    depth,
    indentation,
    indentation_unit,
    newline,
    next_code,
    suite_start,
    trimmed,
)
from leakwise.fixing.lines import new_lines
from leakwise.fixing.statements import (
    Definition,
    Run,
    all_statements,
    holds_string_at_start,
)
from leakwise.fixing.windows import Extent, Window, parse, same_code, windows
from leakwise.text import Document, Edit, Position, Range
from leakwise.text.document import line_width

_NOTHING = "pass"
_STRING = re.compile(r"\s*[rRuU]?[\"']")


def statement_removed(document: Document, span: Range) -> tuple[Edit, ...] | None:
    """The edit that takes out the statement at `span`, `pass` in its place where it is alone."""
    found = statement_at(document, span)
    if found is None:
        return None
    window, run = found
    statement = run.suite[run.first]
    if decorated_above(window, statement) or _uncovers_docstring(window, run):
        return None
    if _is_alone(window, run):
        if isinstance(statement, ast.Pass):
            return None
        edit = Edit(_whole(window, statement), _NOTHING)
        run.suite[:] = [ast.Pass()]
        return (edit,) if window.becomes((edit,), window.body) else None
    gone = _lines_or_part(window, run)
    if gone is None:
        return None
    edits = (Edit(gone, ""),)
    del run.suite[run.first]
    # Nothing of a block may be left in the window: other statements of it stand outside.
    if not window.body and gone.start == Position(window.first, 0):
        return edits
    return edits if window.becomes(edits, window.body) else None


def statement_replaced(document: Document, span: Range, text: str) -> tuple[Edit, ...] | None:
    """The edit that puts the statements `text` in the place of the one at `span`."""
    added = new_lines(text)
    found = statement_at(document, span)
    if added is None or found is None:
        return None
    window, run = found
    statement = run.suite[run.first]
    whole = _whole(window, statement)
    if (
        decorated_above(window, statement)
        or same_code([statement], added.statements)
        or holds_comment(document, whole)
    ):
        return None
    if window.begins_its_line(statement) and window.ends_its_line(statement):
        line = whole.start.line
        margin = indentation(document.lines[line])
        unit = indentation_unit(document, line)
        new = added.laid_out(margin, unit, newline(document, line))
    elif added.single:
        new = added.lines[0]
    else:
        return None
    run.suite[run.first : run.first + 1] = added.statements
    edits = (Edit(whole, new),)
    return edits if window.becomes(edits, window.body) else None


def decorator_removed(document: Document, span: Range, decorator: str) -> tuple[Edit, ...] | None:
    """The edit that takes `@{decorator}` off the function or class whose head is at `span`."""
    tree = parse(f"@{decorator}\ndef f(): pass")
    match tree.body if tree else []:
        case [ast.FunctionDef(decorator_list=[wanted])]:
            model = ast.dump(wanted)
        case _:
            return None
    span = trimmed(document, span)
    for window in windows(document, Range(span.start, span.start), Extent.HEAD):
        owner = _decorated_at(window, span)
        if owner is None:
            continue
        same = [each for each in owner.decorator_list if ast.dump(each) == model]
        if len(same) != 1:
            return None
        start, end = window.start_of(same[0]), window.end_of(same[0])
        rest = rest_of_line(document, end)
        if document.lines[start.line][: start.column].strip() != "@" or (
            rest and not rest.startswith("#")
        ):
            return None
        owner.decorator_list.remove(same[0])
        edits = (Edit(Range(Position(start.line, 0), Position(end.line + 1, 0)), ""),)
        return edits if window.becomes(edits, window.body) else None
    return None


def decorated_above(window: Window, statement: ast.stmt) -> bool:
    """Whether a decorator of the statement may stand above the window."""
    above = window.first_line_of(statement) - 1
    return above >= 0 and window.document.lines[above].lstrip().startswith("@")


def own_lines(window: Window, statement: ast.stmt) -> range:
    """The lines of a statement that shares none, with the comments at its end that stand
    deeper."""
    document = window.document
    first = window.first_line_of(statement)
    level = depth(document.lines[first])
    return range(first, end_with_comments(document, window.end_of(statement).line + 1, level))


def of_lines(document: Document, lines: range) -> Range:
    """The range of whole lines, the end of the last included."""
    end = Position(lines.stop, 0)
    if lines.stop >= len(document.lines):
        last = len(document.lines) - 1
        end = Position(last, line_width(document.lines[last]))
    return Range(Position(lines.start, 0), end)


def _decorated_at(window: Window, span: Range) -> Definition | ast.ClassDef | None:
    for statement in all_statements(window):
        if isinstance(statement, (Definition, ast.ClassDef)):
            head = Range(Position(window.first_line_of(statement), 0), window.start_of(statement))
            if head.contains(span.start) or span.contains(window.start_of(statement)):
                return statement
    return None


def _whole(window: Window, statement: ast.stmt) -> Range:
    """From the first decorator to the end."""
    line = window.first_line_of(statement)
    start = window.start_of(statement)
    if line != start.line:
        start = Position(line, len(indentation(window.document.lines[line])))
    return Range(start, window.end_of(statement))


def _is_alone(window: Window, run: Run) -> bool:
    """Whether its suite holds only the statement."""
    if run.owner is not None:
        return len(run.suite) == 1
    if not window.indented or len(run.suite) > 1:
        return False
    document = window.document
    statement = run.suite[0]
    line = window.first_line_of(statement)
    head = suite_start(document, line)
    below = next_code(document, window.end_of(statement).line + 1)
    level = depth(document.lines[line])
    return (head is None or next_code(document, head) == line) and (
        below is None or depth(document.lines[below]) < level
    )


def _uncovers_docstring(window: Window, run: Run) -> bool:
    """Whether a string behind the statement may become a docstring."""
    if run.first > 0:
        return False
    document = window.document
    # The window may end with the statement.
    below = next_code(document, window.end_of(run.suite[0]).line + 1)
    return (len(run.suite) > 1 and holds_string_at_start(run.suite[1:])) or (
        below is not None and _STRING.match(document.lines[below]) is not None
    )


def _lines_or_part(window: Window, run: Run) -> Range | None:
    """What goes with one of several statements of a suite: its lines, else what parts it from
    its neighbour on the line."""
    document = window.document
    place = run.first
    statement = run.suite[place]
    whole = _whole(window, statement)
    begins, ends = window.begins_its_line(statement), window.ends_its_line(statement)
    if begins and ends:
        return of_lines(document, own_lines(window, statement))
    if place + 1 < len(run.suite):
        following = window.start_of(run.suite[place + 1])
        if following.line == whole.end.line:
            return Range(whole.start, following)
    if not begins and ends and place:
        return Range(window.end_of(run.suite[place - 1]), whole.end)
    return None
