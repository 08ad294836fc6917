"""A statement moved out of the loop that repeats it."""

import ast
import symtable

from leakwise.fixing.blocks import compound_at
from leakwise.fixing.concrete import lines_inside_strings
from leakwise.fixing.layout import depth, indentation, insertion, is_comment, newline, trimmed
from leakwise.fixing.removing import decorated_above, of_lines, own_lines
from leakwise.fixing.scoping import reads, stores
from leakwise.fixing.statements import run_at
from leakwise.fixing.windows import Extent, Window, windows
from leakwise.text import Document, Edit, Range

_LOOP = ast.For | ast.AsyncFor | ast.While
_DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_MAY_MOVE = ast.Assign | ast.AnnAssign | ast.Expr | ast.Import | ast.ImportFrom | _DEFINITION


def moved_above(document: Document, span: Range, loop: Range) -> tuple[Edit, ...] | None:
    """Edits that move the statement at `span`, with its comments, in front of the loop at `loop`,
    whose body it stands in."""
    span, loop = trimmed(document, span), trimmed(document, loop)
    around = Range(min(loop.start, span.start), max(loop.start, span.end))
    for window in windows(document, around, Extent.STATEMENT):
        found = compound_at(window, loop)
        if found is None:
            continue
        run = run_at(window, span)
        if (
            not isinstance(found, _LOOP)
            or run is None
            or run.first != run.last
            or run.suite is not found.body
        ):
            return None
        return _moved(window, found, run.first)
    return None


def _moved(window: Window, loop: _LOOP, place: int) -> tuple[Edit, ...] | None:
    document = window.document
    statement = loop.body[place]
    outer = run_at(window, Range(window.start_of(loop), window.start_of(loop)))
    if (
        outer is None
        or outer.suite[outer.first] is not loop
        or not isinstance(statement, _MAY_MOVE)
        or decorated_above(window, statement)
        or not all(map(window.begins_its_line, (loop, statement)))
        or not window.ends_its_line(statement)
        or not _is_independent(loop, place)
    ):
        return None
    own = own_lines(window, statement)
    lines = range(_with_comments_above(document, own.start, window.start_of(loop).line), own.stop)
    top = _with_comments_above(document, window.start_of(loop).line, window.first - 1)
    margin = indentation(document.lines[window.start_of(loop).line])
    text = _dedented(document, lines, margin)
    if text is None:
        return None
    left = ""
    if len(loop.body) == 1:
        left = f"{indentation(document.lines[own.start])}pass{newline(document, own.start)}"
    else:
        lines = _with_blank_line(document, lines)
    edits = (insertion(top, 0, text), Edit(of_lines(document, lines), left))
    outer.suite.insert(outer.first, statement)
    loop.body[place : place + 1] = [ast.Pass()] if left else []
    return edits if window.becomes(edits, window.body) else None


def _is_independent(loop: _LOOP, place: int) -> bool:
    """Whether the statement gives the same in front of the loop: the loop binds nothing that it
    reads or binds, and reads nothing of it too early."""
    statement = loop.body[place]
    others = [each for each in (*loop.body, *loop.orelse) if each is not statement]
    head = [loop.test] if isinstance(loop, ast.While) else [loop.target, loop.iter]
    outside = _outside_names(statement)
    if outside is None:
        return False
    read = {path for path in reads(statement) if path.partition(".")[0] in outside}
    bound = stores(statement)
    if isinstance(statement, _DEFINITION):
        bound = {statement.name}
    elif _meet(read, bound):
        return False
    changed = set[str]().union(*map(stores, (*head, *others)))
    early = set[str]().union(*map(reads, (*head, *loop.body[:place])))
    return not (_meet(read, changed) or _meet(bound, changed) or _meet(bound, early))


def _meet(left: set[str], right: set[str]) -> bool:
    """Whether one of the dotted names is, or is a part of, one of the others."""
    return any(
        one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")
        for one in left
        for other in right
    )


def _outside_names(statement: ast.stmt) -> set[str] | None:
    """The names in the statement that are not local to a function or comprehension inside of it;
    None when that cannot be told."""
    try:
        table = symtable.symtable(ast.unparse(statement), "<fix>", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return None
    names = set(table.get_identifiers())
    pending = list(table.get_children())
    while pending:
        inner = pending.pop()
        names.update(each.get_name() for each in inner.get_symbols() if each.is_global())
        pending.extend(inner.get_children())
    return names


def _with_comments_above(document: Document, line: int, limit: int) -> int:
    """The first of the comment lines right above `line`, as deep as it and below `limit`."""
    level = depth(document.lines[line])
    while (
        line - 1 > limit
        and is_comment(document.lines[line - 1])
        and depth(document.lines[line - 1]) == level
    ):
        line -= 1
    return line


def _with_blank_line(document: Document, lines: range) -> range:
    """The lines with the blank one behind them, where one stands in front of them too."""
    stop = lines.stop
    if stop < len(document.lines) - 1 and not document.lines[stop].strip():
        above = document.lines[lines.start - 1].strip()
        if not above or above.endswith(":"):
            return range(lines.start, stop + 1)
    return lines


def _dedented(document: Document, lines: range, margin: str) -> str | None:
    inside = lines_inside_strings(document, lines.start, lines.stop)
    if inside is None:
        return None
    own = indentation(document.lines[lines.start])
    parts = []
    for number in lines:
        line = document.lines[number]
        if number not in inside and line.startswith(own):
            line = f"{margin}{line[len(own) :]}"
        parts.append(line)
    if not parts[-1].endswith(("\r", "\n")):
        parts.append(newline(document, lines.start))
    return "".join(parts)
