"""What an object carries from call to call: what a method gives a network and replaces, graph and
all, by what comes out of it."""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leakwise.facts.apis.conventions import ONCE_METHODS
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.names import path_of
from leakwise.facts.code.written import calls_at, statements_of
from leakwise.facts.terms.events import AttributeUpdate, ModuleCall

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


def carried_over(
    module: "ModuleFacts", definition: Definition
) -> Iterator[tuple[AttributeUpdate, ModuleCall]]:
    """The attributes that a method carries over, each with the call that it goes into. None that
    anything else in the file writes or cuts, or that the method assigns in another place, too."""
    class_ = definition.parent
    if class_ is None or not class_.is_class or definition.name in ONCE_METHODS:
        return
    result = module.body(definition)
    for update in result.of(AttributeUpdate):
        path = f"{definition.instance_name()}.{update.attribute}"
        writers = {*module.attribute_writers(class_, update.attribute)}
        if not update.recursive or writers - ONCE_METHODS - {definition.name}:
            continue
        if sum(_targets(module, definition, path)) > 1:
            continue
        for call in result.of(ModuleCall):
            if call.statement == update.statement and _is_given(module, definition, call, path):
                yield update, call


def _targets(module: "ModuleFacts", definition: Definition, path: str) -> Iterator[bool]:
    """Of every target of an assignment in a body: whether it is at this path."""
    for statement, _ in statements_of(module, definition):
        for node in ast.walk(statement) if isinstance(statement, ast.Assign) else ():
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                yield path_of(node) == path
        if isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
            yield path_of(statement.target) == path


def _is_given(module: "ModuleFacts", definition: Definition, call: ModuleCall, path: str) -> bool:
    """Whether a call is given what is at a path as it is, or in a tuple."""
    return any(
        path_of(part) == path
        for _, node in calls_at(module, definition, call.place)
        for given in (*node.args, *(keyword.value for keyword in node.keywords))
        for part in (given.elts if isinstance(given, (ast.Tuple, ast.List)) else (given,))
    )
