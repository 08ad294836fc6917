"""Which code puts something into a container, or mixes it with something, by words and forms."""

import ast

from leakwise.facts.code.names import PUTTING_METHODS, within

KEEPING_METHODS = PUTTING_METHODS | {
    "put",
    "put_nowait",
    "insert",
    "extend",
    "extendleft",
    "update",
}
"""They put what they are given into what they are called on, among other things."""
GATHERS = "+="
"""Stands among the words of code that puts something into a container, or adds it to something, by
other means than calls: in an element, or by the arithmetic of a statement that assigns."""
GATHERING_LAMBDA = "lambda"
"""Stands among the words of code with a lambda that calls one of `KEEPING_METHODS`: whoever calls
the lambda need not mention that."""
ADDING = (ast.Add, ast.Sub)


def gathers_by_form(targets: list[ast.expr], value: ast.expr) -> bool:
    """Whether an assignment may add something to what a target holds, as `total = total + loss`
    does, or makes a list round by round, by the form that it has."""
    kind = type(value)
    if kind is ast.ListComp or kind is ast.SetComp:
        return True
    if kind is ast.Call:
        # `total = (0.9 * total + loss).clamp(0)`
        inner = getattr(value.func, "value", None)  # type: ignore[attr-defined]
        first = value.args[:1]  # type: ignore[attr-defined]
        if not any(isinstance(one, ast.BinOp) for one in (inner, *first)):
            return False
    elif kind is not ast.BinOp and kind is not ast.IfExp:
        return False
    parts = within(value)
    if not any(isinstance(one, ast.BinOp) and isinstance(one.op, ADDING) for one in parts):
        return False
    named = {_last_name(one) for one in targets}
    return any(_last_name(one) in named for one in parts if isinstance(one, _NAMING))


_NAMING = (ast.Name, ast.Attribute)


def _last_name(node: ast.expr) -> str | None:
    """The name that a path without elements ends with."""
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def keeps_something(node: ast.Lambda) -> bool:
    """Whether a lambda calls a method that puts something into what it is called on."""
    called = (one.func for one in within(node.body) if isinstance(one, ast.Call))
    return any(isinstance(one, ast.Attribute) and one.attr in KEEPING_METHODS for one in called)
