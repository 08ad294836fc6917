"""Functions that are known as differentiable by use: a body backpropagates what they gave it.

`loss = criterion(net(x), y); loss.backward()` tells of `criterion`, whatever it is, that what it
makes of an output refers to the output's graph, and that it runs no backward pass itself.
"""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leakwise.facts.apis.torch_methods import BACKWARD_METHODS
from leakwise.facts.class_use import enclosing_method, family
from leakwise.facts.definitions import Definition
from leakwise.facts.gathered import GatheredNames
from leakwise.facts.graph_origins import unwrapped
from leakwise.facts.names import ScopeIndex, path_of

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

Paths = frozenset[str]
_NONE: Paths = frozenset()
_MOST_NAMES_DEEP = 3
"""Through how many names a loss is looked for: `loss = a + b`, `a = criterion(x, y)`."""


def is_loss_function(module: "ModuleFacts", definition: Definition, path: str) -> bool:
    """Whether a body backpropagates what a call of `path` gave, or, of an attribute of `self`,
    another method of its class does."""
    if path in _used_in(module, definition):
        return True
    method = enclosing_method(definition)
    if method is None or method.parent is None:
        return False
    start = f"{method.instance_name()}."
    return path.startswith(start) and path[len(start) :] in _used_by(module, method.parent)


def _used_in(module: "ModuleFacts", definition: Definition) -> Paths:
    """The paths that a body calls for what it backpropagates."""

    def compute() -> Paths:
        definition.code.read()
        index = definition.index
        if not index.mentions_any(BACKWARD_METHODS):
            return _NONE
        return frozenset(
            path for name in index.backpropagated_now() for path in _makers(index, name, 0)
        )

    return module.query(definition, "loss functions", compute, _NONE).read()  # type: ignore[no-any-return]


def _used_by(module: "ModuleFacts", class_: Definition) -> Paths:
    """The attributes that methods of a class, and of its bases in the file, call for what they
    backpropagate."""

    def compute() -> Paths:
        found: set[str] = set()
        members = family(module, class_)
        for word in sorted(BACKWARD_METHODS):
            for definition in module.scopes.mentioning(word):
                method = enclosing_method(definition)
                if method is None or method.parent not in members:
                    continue
                start = f"{method.instance_name()}."
                used = _used_in(module, definition)
                found.update(path[len(start) :] for path in used if path.startswith(start))
        return frozenset(found)

    cell = module.query(class_, "loss functions of methods", compute, _NONE, breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def _makers(index: ScopeIndex | GatheredNames, name: str, deep: int) -> Iterator[str]:
    if deep < _MOST_NAMES_DEEP:
        for value in index.values_of(name):
            yield from _called_in(index, value, name, deep)


def _called_in(
    index: ScopeIndex | GatheredNames, value: ast.expr, name: str, deep: int
) -> Iterator[str]:
    """The paths that are called for the parts of a sum."""
    value = unwrapped(value)
    if isinstance(value, ast.BinOp):
        for part in (value.left, value.right):
            yield from _called_in(index, part, name, deep)
    elif isinstance(value, ast.Name) and value.id != name:
        yield from _makers(index, value.id, deep + 1)
    elif isinstance(value, ast.Call) and (path := path_of(value.func)) is not None:
        yield path
