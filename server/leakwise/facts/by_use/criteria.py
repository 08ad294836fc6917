"""What compares the output of a network with a target: a criterion, by the class that it is made of
or, by the convention of training code, by its name. The first thing that it is given is the output.

Source of the order: https://docs.pytorch.org/docs/stable/nn.html#loss-functions.
"""

import ast
import re
from typing import TYPE_CHECKING

from leakwise.facts.apis import effect_of
from leakwise.facts.apis.torch_methods import MODULE_ITSELF
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.names import path_of
from leakwise.facts.terms.values import Kind

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_NAME = re.compile(
    r"(?:\w*_)?(?:crit|criterion|loss|loss_?f|loss_?fn|loss_?fun|loss_?func|loss_?function"
    r"|mse|bce|ce|nll|mae)",
    re.IGNORECASE,
)
_COMPUTING = re.compile(r"_*(?:compute|calc|calculate|get|make|eval|forward|train|step)_")
"""Begins the names of functions that run a network themselves."""
_COMPARED = 2


def output_given(node: ast.Call) -> ast.expr | None:
    """What a call is given as the output of a network, if it is one of a criterion; None where it
    is none by what it is given."""
    if not node.args or isinstance(node.args[0], ast.Starred):
        return None
    return node.args[0] if len(node.args) + len(node.keywords) >= _COMPARED else None


def is_criterion(module: "ModuleFacts", definition: Definition, path: str) -> bool:
    """Whether what a body calls at a path is a criterion, as far as is known."""
    last = path.rpartition(".")[2]
    if _NAME.fullmatch(last) and not _COMPUTING.match(last):
        return True
    return path.isidentifier() and _is_made_so(module, definition, path)


def _is_made_so(module: "ModuleFacts", definition: Definition, name: str) -> bool:
    """Whether a name of a body, or of the file, is bound to new objects of a class of criteria."""
    scope = definition
    if not definition.bindings(name):
        scope = module.scopes.module
    scope.code.read()
    values = list(scope.index.values_of(name))
    return bool(values) and all(_makes_one(module, scope, value) for value in values)


def _makes_one(module: "ModuleFacts", scope: Definition, node: ast.expr) -> bool:
    while (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in MODULE_ITSELF
    ):
        node = node.func.value
    if not isinstance(node, ast.Call):
        return False
    found = module.names.resolve(scope, path_of(node.func))
    if found.kind is not Kind.QUALIFIED or found.name is None:
        return False
    effect = effect_of(found.name)
    return effect is not None and effect.kind is Kind.CRITERION
