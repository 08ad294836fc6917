"""Changes to whole statements: a `with` around them, a decorator above, a statement in front."""

import ast

from leakwise.fixing.indenting import deeper
from leakwise.fixing.layout import indentation, indentation_unit, insertion, newline, trimmed
from leakwise.fixing.statements import (
    Definition,
    Run,
    all_statements,
    holds_string_at_start,
    run_at,
)
from leakwise.fixing.windows import Extent, Window, parse, windows
from leakwise.text import Document, Edit, Position, Range
from leakwise.text.document import line_width

_HAS_BODY = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.If,
    ast.With,
    ast.AsyncWith,
    ast.Try,
    ast.TryStar,
)
_HAS_DOCSTRING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Compound = (
    ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.ClassDef
    | ast.For
    | ast.AsyncFor
    | ast.While
    | ast.If
    | ast.With
    | ast.AsyncWith
    | ast.Try
    | ast.TryStar
)


def with_around(document: Document, span: Range, manager: str) -> tuple[Edit, ...] | None:
    """Edits that move the statements at `span` into `with {manager}:`."""
    head = _only_statement(f"with {manager}:\n    pass")
    if not isinstance(head, ast.With):
        return None
    span = trimmed(document, span)
    for window in windows(document, span, Extent.STATEMENT):
        run = run_at(window, span)
        if run is None:
            continue
        if not can_be_moved(window, run):
            return None
        moved = deeper(window, run)
        if moved is None:
            return None
        edits = (moved.head(f"with {manager}:"), *moved.edits)
        head.body = run.statements
        run.suite[run.first : run.last + 1] = [head]
        return edits if window.becomes(edits, window.body) else None
    return None


def can_be_moved(window: Window, run: Run) -> bool:
    """Whether the run means the same one level deeper: it is no docstring, has all decorators
    in the window and imports nothing from `__future__`."""
    above = window.first_line_of(run.statements[0]) - 1
    if above >= 0 and window.document.lines[above].lstrip().startswith("@"):
        return False
    if any(
        isinstance(each, ast.ImportFrom) and each.module == "__future__" for each in run.statements
    ):
        return False
    starts_owner = run.first == 0 and holds_string_at_start(run.suite)
    return not (starts_owner and _may_own_docstring(window, run))


def _may_own_docstring(window: Window, run: Run) -> bool:
    if isinstance(run.owner, _HAS_DOCSTRING):
        return True
    # Of the window's own suite the owner stands outside of it.
    return run.owner is None


def decorated(document: Document, span: Range, decorator: str) -> tuple[Edit, ...] | None:
    """Edits that put `@{decorator}` right above the `def` that starts in `span`."""
    model = _only_statement(f"@{decorator}\ndef f(): pass")
    if not isinstance(model, ast.FunctionDef):
        return None
    added = model.decorator_list[0]
    span = trimmed(document, span)
    for window in windows(document, Range(span.start, span.start), Extent.HEAD):
        function = _definition_at(window, span)
        if function is None:
            continue
        if not _can_be_decorated(window, function, added):
            return None
        start = window.start_of(function)
        margin = document.lines[start.line][: start.column]
        line_end = newline(document, start.line)
        edits = (insertion(start.line, start.column, f"@{decorator}{line_end}{margin}"),)
        function.decorator_list.append(added)
        return edits if window.becomes(edits, window.body) else None
    return None


def _definition_at(window: Window, span: Range) -> Definition | None:
    for statement in all_statements(window):
        if isinstance(statement, Definition) and span.contains(window.start_of(statement)):
            return statement
    return None


def _can_be_decorated(window: Window, function: Definition, added: ast.expr) -> bool:
    # The call of an async function ends before its body runs: a context manager would be left.
    if isinstance(function, ast.AsyncFunctionDef) or not window.begins_its_line(function):
        return False
    wanted = ast.dump(added)
    return all(ast.dump(each) != wanted for each in function.decorator_list) and not _has_above(
        window, function, added
    )


def _has_above(window: Window, function: Definition, added: ast.expr) -> bool:
    """Whether the lines above, which the window may not reach, hold the decorator already."""
    number = window.start_of(function).line - 1
    lines = window.document.lines
    while number >= 0 and (line := lines[number].strip()).startswith(("@", "#")):
        model = _only_statement(f"{line}\ndef f(): pass")
        if isinstance(model, ast.FunctionDef) and any(
            ast.dump(each) == ast.dump(added) for each in model.decorator_list
        ):
            return True
        number -= 1
    return False


def first_inserted(document: Document, span: Range, statement: str) -> tuple[Edit, ...] | None:
    """Edits that make `statement`, one line, the first of the body of the compound at `span`."""
    added = _only_statement(statement)
    if added is None or "\n" in statement or "\r" in statement:
        return None
    span = trimmed(document, span)
    for window in windows(document, Range(span.start, span.start), Extent.HEAD):
        compound = compound_at(window, span)
        if compound is None:
            continue
        body = compound.body
        skipped = isinstance(compound, _HAS_DOCSTRING) and holds_string_at_start(body)
        if skipped and len(body) == 1:
            window = _wider(window, span)
            found = compound_at(window, span)
            if found is None:
                return None
            compound, body = found, found.body
        place = int(skipped)
        if place < len(body) and ast.dump(body[place]) == ast.dump(added):
            return None
        edits = _first_edits(window, compound, place, statement)
        if edits is None:
            return None
        body.insert(place, added)
        return edits if window.becomes(edits, window.body) else None
    return None


def _wider(window: Window, span: Range) -> Window:
    """A window that holds the whole statement at `span`, when there is one."""
    point = Range(span.start, span.start)
    return next(windows(window.document, point, Extent.STATEMENT), window)


def _first_edits(
    window: Window, compound: Compound, place: int, statement: str
) -> tuple[Edit, ...] | None:
    document = window.document
    line_end = newline(document, window.start_of(compound).line)
    if place == len(compound.body):
        last = compound.body[-1]
        if not (window.begins_its_line(last) and window.ends_its_line(last)):
            return None
        end = window.end_of(last).line
        margin = indentation(document.lines[window.start_of(last).line])
        width = line_width(document.lines[end])
        return (insertion(end, width, f"{line_end}{margin}{statement}"),)
    target = compound.body[place]
    if window.begins_its_line(target):
        line = window.first_line_of(target)
        margin = indentation(document.lines[line])
        return (insertion(line, len(margin), f"{statement}{line_end}{margin}"),)
    if place or not window.begins_its_line(compound):
        return None
    return _expanded(window, compound, statement, line_end)


def _expanded(
    window: Window, compound: Compound, statement: str, line_end: str
) -> tuple[Edit, ...] | None:
    """The edit that gives a suite on its head's line lines of its own."""
    document = window.document
    start = window.start_of(compound.body[0])
    outer = indentation(document.lines[window.start_of(compound).line])
    margin = outer + indentation_unit(document, start.line)
    before = document.lines[start.line][: start.column]
    gap = len(before) - len(before.rstrip())
    if not before.rstrip().endswith(":"):
        return None
    text = f"{line_end}{margin}{statement}{line_end}{margin}"
    return (Edit(Range(Position(start.line, start.column - gap), start), text),)


def compound_at(window: Window, span: Range) -> Compound | None:
    """The compound statement that starts where `span` does, else the deepest whose head does
    hold its start."""
    found: Compound | None = None
    for statement in all_statements(window):
        if not isinstance(statement, _HAS_BODY):
            continue
        start = Position(window.first_line_of(statement), 0)
        head_end = window.start_of(statement.body[0])
        if window.start_of(statement) == span.start:
            return statement
        if start <= span.start < head_end:
            found = statement
    return found


def _only_statement(code: str) -> ast.stmt | None:
    tree = parse(code)
    return tree.body[0] if tree is not None and len(tree.body) == 1 else None
