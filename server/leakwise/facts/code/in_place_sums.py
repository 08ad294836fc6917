"""Statements that add to a tensor in place: `total.add_(loss)` does what `total += loss` does."""

import ast

from leakwise.facts.code.names import path_of

ADDING_METHODS = {"add_": ast.Add, "sub_": ast.Sub}
"""Methods of tensors that change them: https://docs.pytorch.org/docs/stable/tensors.html."""


def added_in_place(node: ast.stmt) -> ast.AugAssign | None:
    """The statement as it would be written with `+=`; None for all others.

    Of what a method gives of a holder, as in `totals.get("loss").add_(loss)`, the holder is added
    to: what came of an addition to anything else would be lost.
    """
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return None
    call = node.value
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr not in ADDING_METHODS:
        return None
    if len(call.args) != 1 or isinstance(call.args[0], ast.Starred):
        return None
    target = _target(function.value)
    if target is None:
        return None
    operator = ADDING_METHODS[function.attr]()
    return ast.copy_location(ast.AugAssign(target, operator, call.args[0]), node)


def _target(node: ast.expr) -> ast.Name | ast.Attribute | ast.Subscript | None:
    if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
        return node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    holder = node.func.value
    if path_of(holder) is None or len(node.args) != 1 or node.keywords:
        return None
    key = node.args[0]
    if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
        return None
    return ast.copy_location(ast.Subscript(holder, key, ast.Store()), node)
