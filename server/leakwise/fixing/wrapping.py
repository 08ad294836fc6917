"""Expressions in the place of others: wrapped into code, replaced, without their last call."""

import ast
from collections.abc import Iterable

from leakwise.fixing.expressions import expression_at, replace_node
from leakwise.fixing.gaps import holds_comment, signs
from leakwise.fixing.layout import insertion, trimmed
from leakwise.fixing.windows import Extent, Window, parse, windows
from leakwise.text import Document, Edit, Position, Range

_HOLE = "{}"
_STAND_IN = "leakwise_hole"


def wrapped(document: Document, spans: Iterable[Range], template: str) -> tuple[Edit, ...] | None:
    """Edits that put each expression in the place of `{}` in `template`."""
    if template.count(_HOLE) != 1 or _STAND_IN in template:
        return None
    heads: list[Edit] = []
    tails: list[Edit] = []
    unique = dict.fromkeys(trimmed(document, span) for span in spans)
    # Outer ones first, so that of those that start together the outer one's head comes first.
    for span in sorted(unique, key=_outer_first):
        own = _wrapped(document, span, template)
        if own is None:
            return None
        heads.append(own[0])
        tails.insert(0, own[1])
    return _joined((*heads, *tails)) or None


def replaced(document: Document, span: Range, old: str, new: str) -> tuple[Edit, ...] | None:
    """Edits that put `new` in the place of the expression at `span`, which must read `old`."""
    was, becomes = _expression(old), _expression(new)
    span = trimmed(document, span)
    found = _found(document, span)
    if was is None or becomes is None or found is None:
        return None
    window, node = found
    place = Range(window.start_of(node), window.end_of(node))
    if (
        ast.dump(node) != ast.dump(was)
        or ast.dump(was) == ast.dump(becomes)
        or holds_comment(document, place)
        or not replace_node(window.body, node, becomes)
    ):
        return None
    for text in (new, f"({new})"):
        edit = Edit(place, text)
        if window.becomes((edit,), window.body):
            return (edit,)
    return None


def call_stripped(document: Document, span: Range, method: str) -> tuple[Edit, ...] | None:
    """The edit that takes the last call, `.method(...)`, off the expression at `span`."""
    span = trimmed(document, span)
    found = _found(document, span)
    if found is None:
        return None
    window, call = found
    if not (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == method
    ):
        return None
    value = call.func.value
    start, end = window.end_of(value), window.end_of(call)
    for sign in signs(document, start, end):
        if sign.text == ".":
            break
        start = sign.end
    gone = Range(start, end)
    if holds_comment(document, gone) or not replace_node(window.body, call, value):
        return None
    edits = (Edit(gone, ""),)
    return edits if window.becomes(edits, window.body) else None


def _outer_first(span: Range) -> tuple[Position, int, int]:
    return span.start, -span.end.line, -span.end.column


def _wrapped(document: Document, span: Range, template: str) -> tuple[Edit, Edit] | None:
    made = _expression(template.replace(_HOLE, _STAND_IN))
    found = _found(document, span)
    if made is None or found is None:
        return None
    window, node = found
    if not _fill(made, node) or _stands_around(window, made, node):
        return None
    if not replace_node(window.body, node, made):
        return None
    start, end = window.start_of(node), window.end_of(node)
    before, _, after = template.partition(_HOLE)
    # Where parentheses are needed is what the trial parses tell.
    for inner, outer in ((False, False), (True, False), (False, True), (True, True)):
        head = f"{'(' * outer}{before}{'(' * inner}"
        tail = f"{')' * inner}{after}{')' * outer}"
        edits = (insertion(start.line, start.column, head), insertion(end.line, end.column, tail))
        if window.becomes(edits, window.body):
            return edits
    return None


def _fill(made: ast.expr, node: ast.expr) -> bool:
    """Puts `node` in the place of the hole; False when the template is but a hole."""
    for child in ast.walk(made):
        if isinstance(child, ast.Name) and child.id == _STAND_IN:
            return child is not made and replace_node([ast.Expr(made)], child, node)
    return False


def _stands_around(window: Window, made: ast.expr, node: ast.expr) -> bool:
    """Whether the code has `node` in the template already."""
    wanted = ast.dump(made)
    return any(
        type(each) is type(made)
        and any(child is node for child in ast.walk(each))
        and ast.dump(each) == wanted
        for statement in window.body
        for each in ast.walk(statement)
    )


def _joined(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The insertions, those at one position as one: equal ones would count once."""
    texts: dict[Range, str] = {}
    for edit in edits:
        texts[edit.range] = texts.get(edit.range, "") + edit.text
    return tuple(Edit(span, text) for span, text in texts.items())


def _found(document: Document, span: Range) -> tuple[Window, ast.expr] | None:
    for window in windows(document, span, Extent.HEAD):
        found = expression_at(window, span)
        if found is not None:
            return window, found
    return None


def _expression(text: str) -> ast.expr | None:
    tree = None if "\n" in text or "\r" in text else parse(text)
    match tree.body if tree else []:
        case [ast.Expr(value=value)] if not isinstance(value, ast.Starred) and "#" not in text:
            return value
    return None
