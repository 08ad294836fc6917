"""Calling a method of an expression's value."""

import ast
from collections.abc import Iterable

from leakwise.fixing.concrete import Expression, expressions
from leakwise.fixing.expressions import expression_at, replace_node
from leakwise.fixing.layout import continues_compound, insertion, trimmed
from leakwise.fixing.statements import suites_of
from leakwise.fixing.windows import Extent, Window, parse, windows
from leakwise.text import Document, Edit, Position, Range

_BINDS_TIGHTLY = frozenset(
    {
        "Attribute",
        "Call",
        "ConcatenatedString",
        "Dict",
        "DictComp",
        "FormattedString",
        "List",
        "ListComp",
        "Name",
        "Set",
        "SetComp",
        "SimpleString",
        "Subscript",
    }
)


def method_calls(
    document: Document, spans: Iterable[Range], method: str
) -> tuple[Edit, ...] | None:
    """Edits that put `.method()` behind each expression; None when one of them cannot be."""
    edits: list[Edit] = []
    # Where two end together, the inner one's call comes first: `(a + b.item()).item()`.
    unique = dict.fromkeys(trimmed(document, span) for span in spans)
    for span in sorted(unique, key=lambda span: span.start, reverse=True):
        own = _method_call(document, span, method)
        if own is None:
            return None
        edits.extend(own)
    return tuple(edits) or None


def _method_call(document: Document, span: Range, method: str) -> list[Edit] | None:
    for window in windows(document, span, Extent.HEAD):
        found = expression_at(window, span)
        if found is None:
            continue
        lines = _lines_of_statement(window, window.start_of(found))
        known = None if lines is None else expressions(document, *lines)
        if known is None:
            return None
        edits = _edits(window, found, known, method)
        call = _call(found, method)
        if edits is None or call is None or not replace_node(window.body, found, call):
            return None
        return edits if window.becomes(edits, window.body) else None
    return None


def _call(value: ast.expr, method: str) -> ast.expr | None:
    """`value.method()`, where the method may stand behind others; None when it is none."""
    tree = parse(f"_.{method}()")
    match tree.body if tree else []:
        case [ast.Expr(value=ast.Call() as call)]:
            link: ast.expr = call
        case _:
            return None
    while True:
        match link:
            case ast.Attribute(value=ast.Name()):
                link.value = value
                return call
            case ast.Attribute(value=inner) | ast.Call(func=inner):
                link = inner
            case _:
                return None


def _edits(
    window: Window, node: ast.expr, known: Iterable[Expression], method: str
) -> list[Edit] | None:
    start, end = window.start_of(node), window.end_of(node)
    same = [each for each in known if _stands_at(each, start, end)]
    if not same:
        return None
    expression = same[0]
    call = f".{method}()"
    start, end = expression.range.start, expression.range.end
    if expression.closing is not None:
        return [insertion(expression.closing.line, expression.closing.column, call)]
    if expression.kind in _BINDS_TIGHTLY:
        return [insertion(end.line, end.column, call)]
    return [
        insertion(start.line, start.column, "("),
        insertion(end.line, end.column, f"){call}"),
    ]


def _stands_at(expression: Expression, start: Position, end: Position) -> bool:
    """Whether `ast` says of `expression` that it spans `start` to `end`: of tuples and generators
    it counts the parentheses in."""
    span = expression.range
    if (span.start, span.end) == (start, end):
        return True
    return (
        expression.kind in ("Tuple", "GeneratorExp")
        and expression.closing == end
        and start < span.start
    )


def _lines_of_statement(window: Window, position: Position) -> tuple[int, int] | None:
    """First line and end of the smallest statement around `position` that has its lines alone;
    of a compound statement as much as the window holds."""
    found = None
    suites = [window.body]
    while suites:
        for statement in suites.pop():
            first, end = window.first_line_of(statement), window.end_of(statement).line + 1
            if not (first <= position.line < end and window.begins_its_line(statement)):
                continue
            # What `ast` calls an `if` in an `else` may be an `elif`, a part of the outer one.
            if not continues_compound(window.document.lines[first]):
                found = (first, end)
            suites = list(suites_of(statement))
    return found
