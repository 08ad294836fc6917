"""Functions that are known as differentiable by use: a body backpropagates what they gave it.

`loss = criterion(net(x), y); loss.backward()` tells of `criterion`, whatever it is, that what it
makes of an output refers to the output's graph, and that it runs no backward pass itself.
"""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from leakwise.facts.apis.torch_methods import BACKWARD_METHODS
from leakwise.facts.by_use.class_use import enclosing_method, family
from leakwise.facts.by_use.graph_makers import made_by
from leakwise.facts.by_use.graph_origins import unwrapped
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.gathered import GatheredNames
from leakwise.facts.code.names import ScopeIndex, path_of

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


class Used(NamedTuple):
    """The paths that are called for what is backpropagated, and those of them, or of what they are
    given, that must have made its graph."""

    losses: frozenset[str] = frozenset()
    makers: frozenset[str] = frozenset()


_NO_USE = Used()


def is_loss_function(module: "ModuleFacts", definition: Definition, path: str) -> bool:
    """Whether a body backpropagates what a call of `path` gave, or, of an attribute of `self`,
    another method of its class does."""
    if path in _used_in(module, definition).losses:
        return True
    attribute, class_ = _attribute(definition, path)
    return class_ is not None and attribute in _used_by(module, class_).losses


def makes_graphs(module: "ModuleFacts", definition: Definition, path: str) -> bool:
    """Whether a body, or of an attribute of `self` a method of its class, backpropagates what
    nothing but `path` can have made the graph of: it is a network, or runs one."""
    if path in _used_in(module, definition).makers:
        return True
    attribute, class_ = _attribute(definition, path)
    return class_ is not None and attribute in _used_by(module, class_).makers


def _attribute(definition: Definition, path: str) -> tuple[str, Definition | None]:
    """The attribute of `self` that a path is, and the class; no class where it is none."""
    method = enclosing_method(definition) if "." in path else None
    if method is None or method.parent is None:
        return "", None
    start = f"{method.instance_name()}."
    return path.removeprefix(start), method.parent if path.startswith(start) else None


def _used_in(module: "ModuleFacts", definition: Definition) -> Used:
    def compute() -> Used:
        definition.code.read()
        index = definition.index
        if not index.mentions_any(BACKWARD_METHODS):
            return _NO_USE
        names = set(index.backpropagated_now())
        return Used(
            frozenset(path for name in names for path in _called_for(index, name)),
            frozenset(path for name in names for path in made_by(module, definition, name)),
        )

    return module.query(definition, "loss functions", compute, _NO_USE).read()  # type: ignore[no-any-return]


def _used_by(module: "ModuleFacts", class_: Definition) -> Used:
    """The same, of attributes, by all methods of a class and of its bases in the file."""

    def compute() -> Used:
        losses: set[str] = set()
        makers: set[str] = set()
        members = family(module, class_)
        for word in sorted(BACKWARD_METHODS):
            for definition in module.scopes.mentioning(word):
                method = enclosing_method(definition)
                if method is None or method.parent not in members:
                    continue
                start = f"{method.instance_name()}."
                used = _used_in(module, definition)
                for found, paths in ((losses, used.losses), (makers, used.makers)):
                    found.update(path[len(start) :] for path in paths if path.startswith(start))
        return Used(frozenset(losses), frozenset(makers))

    cell = module.query(class_, "loss functions of methods", compute, _NO_USE, breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def _called_for(index: ScopeIndex | GatheredNames, loss: str) -> Iterator[str]:
    """The paths that are called for the parts of what a name holds; each name is looked at once.

    What is given the loss itself may be called for it behind the backward pass: `loss = log(loss)`.
    """
    names, pending = {loss}, list(index.values_of(loss))
    while pending:
        value = unwrapped(pending.pop())
        if isinstance(value, ast.BinOp):
            pending += (value.left, value.right)
        elif isinstance(value, ast.Name):
            if value.id not in names:
                names.add(value.id)
                pending += index.values_of(value.id)
        elif isinstance(value, ast.Call) and (path := path_of(value.func)) is not None:
            given = {one.id for one in value.args if isinstance(one, ast.Name)}
            if loss not in given:
                yield path
