"""Names that hold numbers and nothing else, by how they are bound: the weights of losses."""

import ast
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.names import path_of
from leakwise.facts.code.parameters import defaults

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_NUMBERS = frozenset({"float", "int"})


def holds_number(module: "ModuleFacts", definition: Definition, name: str) -> bool:
    """Whether what a body calls by a name is a number: a parameter that is annotated so or is one
    by default, or a name to which numbers alone are assigned."""

    def compute() -> bool:
        scope: Definition | None = definition
        while scope is not None and scope.node is not None:
            scope.code.read()
            if scope.is_function:
                given = next((one for one in scope.parameters() if one.arg == name), None)
                if given is not None:
                    rebound = bool(scope.index.bindings_of(name))
                    return not rebound and _is_given_number(scope, given)
                if bindings := scope.bindings(name):
                    return _are_numbers(len(bindings), scope, name)
            scope = scope.parent
        top = module.scopes.module
        bindings = module.scopes.bindings(name)
        return bool(bindings) and _are_numbers(len(bindings), top, name)

    cell = module.query(definition, ("holds number", name), compute, False)
    return cell.read()  # type: ignore[no-any-return]


def holds_constants(module: "ModuleFacts", definition: Definition, name: str) -> bool:
    """Whether constants alone are assigned to a name of this body, so that it has few values."""
    definition.code.read()
    of_file = definition.node is None
    bindings = module.scopes.bindings(name) if of_file else definition.bindings(name)
    values = list(definition.index.values_of(name))
    return len(values) == len(bindings) > 0 and all(map(_is_constant, values))


def _is_constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)


def _are_numbers(count: int, scope: Definition, name: str) -> bool:
    scope.code.read()
    values = list(scope.index.values_of(name))
    return len(values) == count and all(map(is_number, values))


def _is_given_number(scope: Definition, parameter: ast.arg) -> bool:
    if parameter.annotation is not None:
        return path_of(parameter.annotation) in _NUMBERS
    default = defaults(scope).get(parameter.arg)
    return default is not None and is_number(default)


def is_number(node: ast.expr) -> bool:
    """Whether an expression is written as a number."""
    if isinstance(node, ast.UnaryOp):
        return is_number(node.operand)
    if isinstance(node, ast.BinOp):
        return is_number(node.left) and is_number(node.right)
    return isinstance(node, ast.Constant) and type(node.value) in {int, float}
