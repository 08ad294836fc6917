"""An assignment that becomes the head of a `with`."""

import ast

from leakwise.fixing.blocks import can_be_moved
from leakwise.fixing.gaps import holds_comment, signs, skipped
from leakwise.fixing.indenting import deeper
from leakwise.fixing.layout import insertion, is_comment, trimmed
from leakwise.fixing.scoping import binds, mentioned_outside, reads, stores
from leakwise.fixing.statements import Run, run_at
from leakwise.fixing.windows import Extent, Window, parse, windows
from leakwise.text import Document, Edit, Range

_HOLE = "{}"
_STAND_IN = "leakwise_hole"


def bound_with(
    document: Document, span: Range, manager: str | None, *, to_last_use: bool
) -> tuple[Edit, ...] | None:
    """Edits that make `x = call` at `span` a `with call as x:` around what follows."""
    span = trimmed(document, span)
    for window in windows(document, span, Extent.SUITE):
        run = run_at(window, span)
        if run is None:
            continue
        return _bound(window, run, manager or _HOLE, to_last_use=to_last_use)
    return None


def _bound(window: Window, run: Run, manager: str, *, to_last_use: bool) -> tuple[Edit, ...] | None:
    match run.statements:
        case [ast.Assign(targets=[ast.Name(id=name) as target], value=ast.Call() as call) as whole]:
            pass
        case _:
            return None
    last = _last_use(run, name) if to_last_use else len(run.suite) - 1
    rest = Run(run.owner, run.suite, run.first + 1, last)
    first = window.start_of(whole).line
    if (
        last == run.first
        or not (window.begins_its_line(whole) and window.ends_its_line(whole))
        or binds(rest.statements, name)
    ):
        return None
    moved = deeper(window, rest) if can_be_moved(window, rest) else None
    entered = _entered(manager, call)
    if (
        moved is None
        or entered is None
        or mentioned_outside(window.document, name, first, moved.lines.stop)
    ):
        return None
    head = _head_edits(window, whole, target, manager, name)
    comments = range(window.end_of(whole).line + 1, moved.lines.start)
    indented = [
        insertion(number, len(moved.margin), moved.unit)
        for number in (*comments, moved.lines.start)
        if number == moved.lines.start or is_comment(window.document.lines[number])
    ]
    if head is None:
        return None
    edits = (*head, *indented, *moved.edits)
    item = ast.withitem(entered, ast.Name(name, ast.Store()))
    run.suite[run.first : last + 1] = [ast.With([item], rest.statements)]
    return edits if window.becomes(edits, window.body) else None


def _head_edits(
    window: Window, whole: ast.Assign, target: ast.Name, manager: str, name: str
) -> tuple[Edit, ...] | None:
    document = window.document
    start, end = window.start_of(whole), window.end_of(whole)
    before, hole, after = manager.partition(_HOLE)
    if not hole:
        span = Range(start, end)
        if holds_comment(document, span):
            return None
        return (Edit(span, f"with {manager} as {name}:"),)
    between = signs(document, window.end_of(target), end)
    equals = next((sign for sign in between if sign.text == "="), None)
    if equals is None:
        return None
    value = skipped(document, equals.end, end)
    return (
        Edit(Range(start, value), f"with {before}"),
        insertion(end.line, end.column, f"{after} as {name}:"),
    )


def _entered(manager: str, call: ast.Call) -> ast.expr | None:
    """The expression that the `with` enters."""
    tree = None if manager.count(_HOLE) > 1 else parse(manager.replace(_HOLE, _STAND_IN))
    match tree.body if tree else []:
        case [ast.Expr(value=made)]:
            filled = _Filling(call).visit(made)
            return filled if isinstance(filled, ast.expr) else None
    return None


class _Filling(ast.NodeTransformer):
    def __init__(self, value: ast.expr) -> None:
        self._value = value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._value if node.id == _STAND_IN else node


def _last_use(run: Run, name: str) -> int:
    """The last statement that uses `name` or what is made from it: a reader of a file needs it
    open."""
    last = run.first
    made = {name}
    for number in range(run.first + 1, len(run.suite)):
        statement = run.suite[number]
        if made & {path.partition(".")[0] for path in reads(statement) | stores(statement)}:
            made.update(path.partition(".")[0] for path in stores(statement))
            last = number
    return last
