"""Batches of one: an axis put in front of a sample so that a model takes it.

Sources: https://numpy.org/doc/stable/reference/generated/numpy.expand_dims.html,
https://www.tensorflow.org/api_docs/python/tf/expand_dims, /tf/zeros and
/tf/keras/preprocessing/text/Tokenizer.
"""

import ast
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.names import path_of
from leakwise.facts.code.written import statements_of
from leakwise.facts.interpreter.run import Run
from leakwise.facts.terms.model_events import SingleGiven
from leakwise.facts.terms.values import NUMBER, UNKNOWN, Kind

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_MAKERS = frozenset({"array", "asarray", "stack", "constant", "convert_to_tensor"})
_FROM_TEXTS = frozenset({"texts_to_sequences", "texts_to_matrix", "pad_sequences"})
_OF_SHAPE = frozenset({"zeros", "ones", "empty", "full", "fill"})
_KEEP_AXES = frozenset({"astype", "copy", "numpy", "cast"})
_AXES = ("axis", "dim")
_MARK = "[1:]"
"""Behind a name: the path at which it is noted that the name holds a batch of one."""

_KERAS = frozenset({Kind.KERAS_LAYER, Kind.KERAS_MODEL})
_SINGLE = NUMBER.but(constant=True)


def is_single(run: Run, node: ast.expr) -> bool:
    """Whether an expression is known by its form, or by that of what its name was bound to, to be
    a batch of one sample."""
    # Asked of every argument and of whatever is assigned: most are none of these.
    if type(node) not in _SORTS:
        return False
    if isinstance(node, ast.Name):
        # Where only one of two branches made it so, the join does not know.
        return run.state.values.get(node.id + _MARK, UNKNOWN).constant is True
    if isinstance(node, ast.Call):
        return _makes_single(run, node)
    if isinstance(node, ast.Subscript):
        indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return bool(indices) and (_is_new_axis(indices[0]) or _is_one_row(indices[0]))
    if isinstance(node, ast.List):
        # The inputs of a model that takes several are as many samples as one of them.
        return _is_one(node) or any(is_single(run, one) for one in node.elts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = (node.left, node.right)
        return any(isinstance(one, ast.List) and is_single(run, one) for one in sides)
    return False


_SORTS = frozenset({ast.Name, ast.Call, ast.Subscript, ast.List, ast.BinOp})


def note_single(run: Run, path: str, value: ast.expr) -> None:
    """Notes that a name now holds a batch of one."""
    if path.isidentifier() and is_single(run, value):
        run.state.bind(path + _MARK, _SINGLE, run.loops)


def note_single_given(run: Run, node: ast.Return) -> None:
    """Notes that a function gives a batch of one."""
    if node.value is not None and is_single(run, node.value):
        run.outcome.add(SingleGiven(run.place(node), run.loops))


def _gives_single(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether all that a function of the file gives are batches of one."""

    def compute() -> bool:
        given = sum(isinstance(one, ast.Return) for one, _ in statements_of(module, definition))
        noted = [one for one in module.body(definition).events if isinstance(one, SingleGiven)]
        return bool(noted) and len(noted) == given

    cell = module.query(definition, "single", compute, False, breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def _is_one(node: ast.expr) -> bool:
    """Whether a list is written with one element."""
    if not isinstance(node, ast.List) or len(node.elts) != 1:
        return False
    return not isinstance(node.elts[0], ast.Starred)


def _is_one_row(node: ast.expr) -> bool:
    """`i:i + 1`, and `:1`."""
    if not isinstance(node, ast.Slice) or node.step is not None or node.upper is None:
        return False
    if node.lower is None:
        return _is_number_one(node.upper)
    upper = node.upper
    return (
        isinstance(upper, ast.BinOp)
        and isinstance(upper.op, ast.Add)
        and _is_number_one(upper.right)
        and ast.dump(upper.left) == ast.dump(node.lower)
    )


def _is_number_one(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 1 and node.value is not True


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
        return _is_one(node.args[0])
    if name in _FROM_TEXTS and node.args:
        return _is_one(node.args[0]) or (name == "pad_sequences" and is_single(run, node.args[0]))
    if name in _OF_SHAPE and node.args:
        shape = node.args[0]
        return isinstance(shape, (ast.Tuple, ast.List)) and _begins_with_one(shape)
    if run.module.scopes.named(name) and (made_by := run.evaluate(node.func).definition):
        return made_by.is_function and _gives_single(run.module, made_by)
    if not node.args or not is_single(run, node.args[0]):
        return False
    # A layer gives as many rows as it is given.
    return name in _KEEP_AXES or run.evaluate(node.func).kind in _KERAS


def _begins_with_one(node: ast.expr) -> bool:
    """Whether a shape, or the first number of one, is that of a batch of one."""
    if isinstance(node, (ast.Tuple, ast.List)):
        return len(node.elts) > 1 and _begins_with_one(node.elts[0])
    return _is_number_one(node)
