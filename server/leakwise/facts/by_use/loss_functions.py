"""Functions that are known as differentiable by use: a body backpropagates what they gave it.

`loss = criterion(net(x), y); loss.backward()` tells of `criterion`, whatever it is, that what it
makes of an output refers to the output's graph, and that it runs no backward pass itself.
"""

import ast
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from leakwise.facts.apis.torch_methods import BACKWARD_METHODS
from leakwise.facts.apis.trainers import RETURNS_LOSS
from leakwise.facts.by_use.backpropagation import is_computed, qualified_names
from leakwise.facts.by_use.graph_makers import compared_by, made_by
from leakwise.facts.by_use.graph_origins import unwrapped
from leakwise.facts.by_use.returned_losses import returned_losses, steps_for_trainer
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.families import enclosing_method, family
from leakwise.facts.code.gathered import GatheredNames
from leakwise.facts.code.names import ScopeIndex, path_of
from leakwise.facts.code.written import statements_of

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


Paths = frozenset[str]
Used = Callable[["ModuleFacts", Definition], Paths]
"""Gives what a body uses so."""
_NONE: Paths = frozenset()


def is_loss_function(module: "ModuleFacts", definition: Definition, path: str) -> bool:
    """Whether a body backpropagates what a call of `path` gave, or, of an attribute of `self`,
    another method of its class does."""
    if path in _losses_in(module, definition):
        return True
    attribute, class_ = _attribute(definition, path)
    return class_ is not None and attribute in _used_by(module, class_, _losses_in)


def makes_graphs(module: "ModuleFacts", definition: Definition, path: str) -> bool:
    """Whether a body, or of an attribute of `self` a method of its class, backpropagates what
    nothing but `path` can have made the graph of: it is a network, or runs one."""
    attribute, class_ = _attribute(definition, path)
    if class_ is None and "." in path:
        # Methods of other things are called all the time, and are never known to.
        return False
    if path in _makers_in(module, definition):
        return True
    return class_ is not None and attribute in _used_by(module, class_, _makers_in)


def compared_networks(module: "ModuleFacts", definition: Definition) -> Paths:
    """The paths that a body calls for what a criterion compares, and of which it backpropagates
    the loss: networks."""

    def compute() -> Paths:
        losses: list[str | ast.expr] = [*_backpropagated(module, definition)]
        losses += _made_in_place(module, definition)
        return frozenset(path for loss in losses for path in compared_by(module, definition, loss))

    return module.query(definition, "compared networks", compute, _NONE).read()  # type: ignore[no-any-return]


def _attribute(definition: Definition, path: str) -> tuple[str, Definition | None]:
    """The attribute of `self` that a path is, and the class; no class where it is none."""
    method = enclosing_method(definition) if "." in path else None
    if method is None or method.parent is None:
        return "", None
    start = f"{method.instance_name()}."
    return path.removeprefix(start), method.parent if path.startswith(start) else None


def _losses_in(module: "ModuleFacts", definition: Definition) -> Paths:
    """The paths that a body calls for what it backpropagates."""

    def compute() -> Paths:
        index = definition.index
        return frozenset(
            path
            for name in _backpropagated(module, definition)
            for path in _called_for(index, name)
        )

    return module.query(definition, "loss functions", compute, _NONE).read()  # type: ignore[no-any-return]


def _makers_in(module: "ModuleFacts", definition: Definition) -> Paths:
    """Those of them, or of what they are given, that must have made its graph."""

    def compute() -> Paths:
        return frozenset(
            path
            for name in _backpropagated(module, definition)
            for path in made_by(module, definition, name)
        )

    return module.query(definition, "graph makers", compute, _NONE).read()  # type: ignore[no-any-return]


def _backpropagated(module: "ModuleFacts", definition: Definition) -> Paths:
    """The names from which backward passes start, here or in the trainer that is given them."""
    definition.code.read()
    given = returned_losses(module, definition, qualified_names(module, definition))
    if not definition.index.mentions_any(BACKWARD_METHODS):
        return given
    pairs = (
        receiver if is_computed(module, definition, receiver) else argument
        for receiver, argument in definition.index.given_now()
    )
    return given.union(definition.index.backpropagated_now(), pairs)


def _made_in_place(module: "ModuleFacts", definition: Definition) -> Iterator[ast.expr]:
    """What is no name, and a backward pass starts from it, here or in the trainer that is given
    it."""
    if definition.index.mentions_any(BACKWARD_METHODS):
        yield from definition.index.started_now()
    if steps_for_trainer(module, definition):
        for statement, _ in statements_of(module, definition):
            if isinstance(statement, ast.Return) and isinstance(statement.value, ast.Call):
                yield statement.value


def _used_by(module: "ModuleFacts", class_: Definition, used: Used) -> Paths:
    """What all methods of a class, and of its bases in the file, use so of their attributes."""

    def compute() -> Paths:
        attributes: set[str] = set()
        members = family(module, class_)
        for word in sorted(BACKWARD_METHODS | RETURNS_LOSS.keys()):
            for definition in module.scopes.mentioning(word):
                method = enclosing_method(definition)
                if method is None or method.parent not in members:
                    continue
                start = f"{method.instance_name()}."
                paths = used(module, definition)
                attributes.update(path[len(start) :] for path in paths if path.startswith(start))
        return frozenset(attributes)

    cell = module.query(class_, ("used by methods", used), compute, _NONE, breaks_cycles=True)
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
