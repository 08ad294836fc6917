"""What is backpropagated of what a function returns: by a framework's trainer, or by its callers in
the file."""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeGuard

from leakwise.facts.apis.trainers import LOSS_IN_DICT, LOSS_KEY, RETURNS_LOSS
from leakwise.facts.by_use.graph_origins import NONE, TERM, Names, Qualified, loss_origins
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.names import path_of
from leakwise.facts.code.written import statements_of
from leakwise.facts.interpreter.state import root_of

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

Parts = frozenset[int]
"""Which of several results; `WHOLE` is the only one."""
WHOLE = -1
NO_PARTS: Parts = frozenset()


def returned_to(parts: Parts, qualified: Qualified) -> Callable[[ast.expr], Names] | None:
    """What callers backpropagate of a value that is returned, who do so with these parts of what
    the function gives; None where there are none."""
    if not parts:
        return None

    def names(node: ast.expr) -> Names:
        if isinstance(node, ast.IfExp):
            return names(node.body) | names(node.orelse)
        if not isinstance(node, ast.Tuple):
            return loss_origins(node, qualified) if WHOLE in parts else NONE
        if any(isinstance(one, ast.Starred) for one in node.elts):
            return NONE
        losses = [one for part, one in enumerate(node.elts) if part in parts]
        return NONE.union(*(loss_origins(one, qualified) for one in losses))

    return names


def parts_bound(targets: list[ast.expr], names: Names) -> Parts:
    """Which parts of what a call gives an assignment binds to some of these names."""
    found: set[int] = set()
    for target in targets:
        if isinstance(target, (ast.Tuple, ast.List)):
            if not any(isinstance(one, ast.Starred) for one in target.elts):
                found |= {part for part, one in enumerate(target.elts) if path_of(one) in names}
        elif path_of(target) in names:
            found.add(WHOLE)
    return frozenset(found)


def returned_to_trainer(
    module: "ModuleFacts", definition: Definition, qualified: Qualified
) -> Callable[[ast.expr], Names] | None:
    """What a trainer backpropagates of what a method returns; None where none does."""
    if not steps_for_trainer(module, definition):
        return None
    in_dict = definition.name in LOSS_IN_DICT
    return lambda node: _loss_in(node, qualified, in_dict=in_dict)


def returned_losses(
    module: "ModuleFacts", definition: Definition, qualified: Qualified
) -> frozenset[str]:
    """The names that a method returns, or returns as a part, and that a trainer backpropagates."""
    names = returned_to_trainer(module, definition, qualified)
    if names is None:
        return NONE
    returned = (one.value for one, _ in statements_of(module, definition) if _gives(one))
    paths = NONE.union(*(names(value) for value in returned if value is not None))
    return frozenset(root_of(path.removesuffix(TERM)) for path in paths)


def _gives(statement: ast.stmt) -> TypeGuard[ast.Return]:
    return isinstance(statement, ast.Return)


def steps_for_trainer(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a framework's trainer calls a method at every step, and backpropagates the loss that
    it returns."""
    bases = RETURNS_LOSS.get(definition.name)
    class_ = definition.parent
    if bases is None or class_ is None or not class_.is_class:
        return False
    return not bases.isdisjoint(module.ancestors(class_).names)


def _loss_in(node: ast.expr, qualified: Qualified, *, in_dict: bool) -> Names:
    """The loss in what is returned: the value itself, the first of several, or under its key."""
    if isinstance(node, ast.IfExp):
        return _loss_in(node.body, qualified, in_dict=in_dict) | _loss_in(
            node.orelse, qualified, in_dict=in_dict
        )
    if isinstance(node, ast.Tuple):
        return loss_origins(node.elts[0], qualified) if node.elts else NONE
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == LOSS_KEY:
                return loss_origins(value, qualified)
        return NONE
    path = path_of(node)
    if path is not None and in_dict:
        # A tensor, or a dict that holds it.
        return frozenset({f"{path}[{LOSS_KEY!r}]"})
    return loss_origins(node, qualified)
