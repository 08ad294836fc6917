"""Arrays of as many rows as whoever asks an estimator gives it.

Source: https://scikit-learn.org/stable/developers/develop.html: what has `fit` and `predict` is an
estimator, and `predict` is given an array of any number of samples.
"""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leakwise.facts.apis.handlers import ESTIMATOR_METHODS, FITTING
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.names import path_of
from leakwise.facts.code.parameters import given_to
from leakwise.facts.terms.events import Argument
from leakwise.facts.terms.values import UNKNOWN, Kind

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_MOST_CALLERS_DEEP = 2
_ARRAYS = frozenset({Kind.UNKNOWN, Kind.ARRAY, Kind.TF_TENSOR, Kind.OTHER})
_KEEPING_ROWS = frozenset(
    {"array", "asarray", "constant", "convert_to_tensor", "cast", "astype", "to_numpy", "Series"}
    | {"DataFrame"}
)
"""Functions whose result has as many rows as what they are given:
https://numpy.org/doc/stable/reference/routines.array-creation.html,
https://www.tensorflow.org/api_docs/python/tf/cast and
https://pandas.pydata.org/docs/reference/frame.html."""


def asker_of_rows(
    module: "ModuleFacts", definition: Definition, argument: Argument
) -> Definition | None:
    """The public method of an estimator of this file whose whole first argument an argument of a
    call in a body is, however many rows that has; None where it is not known to be one."""
    name = argument.path
    if name is None or argument.value.kind not in _ARRAYS or argument.single:
        return None
    return _asker(module, definition, name, 0)


def _asker(
    module: "ModuleFacts", definition: Definition, name: str, deep: int
) -> Definition | None:
    parameters = [one.arg for one in definition.parameters()]
    class_ = definition.parent
    if name not in parameters or class_ is None or not class_.is_class:
        return None
    definition.code.read()
    if not all(_keeps_rows(value, name) for value in definition.index.values_of(name)):
        return None
    position = parameters.index(name) - (definition.instance_name() is not None)
    if definition.name in ESTIMATOR_METHODS and position == 0:
        return definition if module.method(class_, FITTING) is not None else None
    if deep >= _MOST_CALLERS_DEEP:
        return None
    for caller, given in _given_by_methods(module, definition, name):
        found = _asker(module, caller, given, deep + 1)
        if found is not None:
            return found
    return None


def _given_by_methods(
    module: "ModuleFacts", definition: Definition, name: str
) -> Iterator[tuple[Definition, str]]:
    """The names that methods of the same object give a parameter of one, whatever is wrapped round
    that; without methods with loops, which may go through batches of one size."""
    word = f"self.{definition.name}"
    for caller in module.scopes.mentioning(definition.name):
        class_ = caller.parent
        if class_ is None or not class_.is_class or caller is definition:
            continue
        if module.method(class_, definition.name) is not definition:
            continue
        caller.code.read()
        if caller.instance_name() != "self" or caller.index.has_trait("loop"):
            continue
        for call in caller.index.calls_named(word):
            values = [UNKNOWN] * len(call.args)
            keywords = {one.arg or "**": UNKNOWN for one in call.keywords}
            given, _ = given_to(definition, call, values, keywords)
            for one in given.get(name, ()):
                if isinstance(one.node, ast.Name):
                    yield caller, one.node.id


def _keeps_rows(value: ast.expr, name: str) -> bool:
    """Whether what a name is bound to anew has a row for each of those that it had: a method of the
    object itself prepares them, or a function keeps them."""
    if not isinstance(value, ast.Call):
        return False
    owner, _, function = (path_of(value.func) or "").rpartition(".")
    whole = any(isinstance(one, ast.Name) and one.id == name for one in value.args)
    if function in _KEEPING_ROWS:
        return whole or owner == name
    return owner == "self" and whole
