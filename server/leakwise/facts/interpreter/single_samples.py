"""Batches of one: an axis put in front of a sample so that a model takes it.

Sources: https://numpy.org/doc/stable/reference/generated/numpy.expand_dims.html and
https://www.tensorflow.org/api_docs/python/tf/expand_dims.
"""

import ast

from leakwise.facts.code.names import path_of
from leakwise.facts.interpreter.run import Run
from leakwise.facts.terms.values import NUMBER, UNKNOWN

_MAKERS = frozenset({"array", "asarray", "stack", "constant", "convert_to_tensor"})
_KEEP_AXES = frozenset({"astype", "copy", "numpy", "cast"})
_AXES = ("axis", "dim")
_MARK = "[1:]"
"""Behind a name: the path at which it is noted that the name holds a batch of one."""

_SINGLE = NUMBER.but(constant=True)


def is_single(run: Run, node: ast.expr) -> bool:
    """Whether an expression is known by its form, or by that of what its name was bound to, to be
    a batch of one sample."""
    if isinstance(node, ast.Name):
        # Where only one of two branches made it so, the join does not know.
        return run.state.values.get(node.id + _MARK, UNKNOWN).constant is True
    if isinstance(node, (ast.Attribute, ast.Constant)):
        return False
    if isinstance(node, ast.Subscript):
        indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return bool(indices) and _is_new_axis(indices[0])
    if isinstance(node, ast.List):
        return len(node.elts) == 1 and not isinstance(node.elts[0], ast.Starred)
    return isinstance(node, ast.Call) and _makes_single(run, node)


def note_single(run: Run, path: str, value: ast.expr) -> None:
    """Notes that a name now holds a batch of one."""
    if path.isidentifier() and is_single(run, value):
        run.state.bind(path + _MARK, _SINGLE, run.loops)


def _is_new_axis(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is None
    return (path_of(node) or "").rpartition(".")[2] == "newaxis"


def _makes_single(run: Run, node: ast.Call) -> bool:
    name = (path_of(node.func) or "").rpartition(".")[2]
    if isinstance(node.func, ast.Attribute):
        name = node.func.attr
        if name in _KEEP_AXES and is_single(run, node.func.value):
            return True
    if name == "expand_dims":
        axis = next((one.value for one in node.keywords if one.arg in _AXES), None)
        if axis is None and len(node.args) > 1:
            axis = node.args[1]
        return isinstance(axis, ast.Constant) and axis.value == 0
    if name == "reshape":
        shapes = [one for one in node.args[1:2] if isinstance(one, (ast.Tuple, ast.List))]
        return any(map(_begins_with_one, (*node.args[:1], *shapes)))
    if name in _MAKERS and node.args:
        return isinstance(node.args[0], ast.List) and is_single(run, node.args[0])
    return name in _KEEP_AXES and bool(node.args) and is_single(run, node.args[0])


def _begins_with_one(node: ast.expr) -> bool:
    """Whether a shape, or the first number of one, is that of a batch of one."""
    if isinstance(node, (ast.Tuple, ast.List)):
        return len(node.elts) > 1 and _begins_with_one(node.elts[0])
    return isinstance(node, ast.Constant) and node.value == 1 and node.value is not True
