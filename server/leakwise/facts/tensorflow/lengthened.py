"""Tensors that each round of a loop makes longer, as a text that is generated word by word."""

import ast
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.names import path_of
from leakwise.facts.terms.events import Loop

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_DISPLAYS = (ast.List, ast.Tuple)
_JOINING = frozenset({"concat", "concatenate", "hstack", "vstack"})
"""Functions of TensorFlow, Keras and numpy: https://www.tensorflow.org/api_docs/python/tf/concat."""


def lengthened_in(
    module: "ModuleFacts", definition: Definition, name: str, loops: tuple[Loop, ...]
) -> Loop | None:
    """The innermost loop, where its rounds join something to what a name holds, and do nothing else
    to the name: `tokens = tf.concat([tokens, new], axis=1)`."""

    def compute() -> bool:
        definition.code.read()
        return any(_joins(name, one) for one in definition.index.values_of(name))

    if not loops or not module.query(definition, ("joined", name), compute, False).read():
        return None
    loop = loops[-1]
    if isinstance(loop.node, ast.expr) or name in loop.names:
        return None
    inside = list(ast.walk(loop.node))
    bound = sum(
        isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Store)
        for one in inside
    )
    joined = sum(isinstance(one, ast.Assign) and _joins(name, one.value) for one in inside)
    return loop if joined and joined == bound else None


def _joins(name: str, value: ast.expr) -> bool:
    if (
        not isinstance(value, ast.Call)
        or not value.args
        or not isinstance(value.args[0], _DISPLAYS)
    ):
        return False
    called = value.func.attr if isinstance(value.func, ast.Attribute) else path_of(value.func)
    parts = value.args[0].elts
    return called in _JOINING and any(isinstance(one, ast.Name) and one.id == name for one in parts)
