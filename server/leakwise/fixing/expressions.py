"""Expressions of a window: found by where they stand, put in the place of others."""

import ast

from leakwise.fixing.layout import trimmed
from leakwise.fixing.windows import Window
from leakwise.text import Position, Range


def expression_at(window: Window, span: Range) -> ast.expr | None:
    """The expression that spans exactly `span`, parentheses around it left out or not."""
    inner: list[Range] = [span]
    document = window.document
    while True:
        text = document.slice(inner[-1])
        if not (text.startswith("(") and text.endswith(")")):
            break
        start, end = inner[-1].start, inner[-1].end
        inner.append(
            trimmed(
                document,
                Range(Position(start.line, start.column + 1), Position(end.line, end.column - 1)),
            )
        )
    for wanted in inner:
        for statement in window.body:
            for node in ast.walk(statement):
                if (
                    isinstance(node, ast.expr)
                    and not isinstance(node, (ast.Starred, ast.Slice))
                    and window.start_of(node) == wanted.start
                    and window.end_of(node) == wanted.end
                ):
                    return node
    return None


def replace_node(body: list[ast.stmt], node: ast.expr, other: ast.expr) -> bool:
    """Puts `other` in the place of `node`; False when the statements do not hold it."""
    for statement in body:
        for parent in ast.walk(statement):
            if parent is other:
                continue
            for name, value in ast.iter_fields(parent):
                if value is node:
                    setattr(parent, name, other)
                    return True
                if isinstance(value, list) and any(each is node for each in value):
                    setattr(parent, name, [other if each is node else each for each in value])
                    return True
    return False
