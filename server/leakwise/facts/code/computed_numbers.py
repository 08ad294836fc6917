"""Numbers that are computed: arithmetic that gives another number for each one that it is given, as
it stands in an expression or in a function of the file."""

import ast
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import Definition, FunctionNode
from leakwise.facts.code.names import path_of

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_TELLING_APART = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
# https://docs.python.org/3/library/math.html: of two numbers they give two, but for a few.
_OF_ONE = frozenset(
    {"float", *(f"math.{name}" for name in ("exp", "sqrt", "log", "cos", "sin", "tanh", "log10"))}
)
_BOUNDING = frozenset({"max", "min"})
"""Of a number that changes they give many before they give the bound."""


def tells_apart(node: ast.expr) -> bool:
    """Whether an expression is arithmetic that gives two numbers for two, or a name or a number."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, _TELLING_APART):
        return tells_apart(node.left) and tells_apart(node.right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return tells_apart(node.operand)
    if isinstance(node, ast.Call):
        name = path_of(node.func)
        plain = bool(node.args) and not node.keywords and all(map(tells_apart, node.args))
        return plain and (name in _BOUNDING or (name in _OF_ONE and len(node.args) == 1))
    return isinstance(node, ast.Constant) or path_of(node) is not None


def computes_number(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a function gives what such arithmetic makes of all of its parameters, and does
    nothing else."""

    def compute() -> bool:
        definition.code.read()
        node = definition.node
        if not isinstance(node, FunctionNode) or node.decorator_list:
            return False
        *before, last = node.body
        if before and _is_text(before[0]):
            del before[0]
        made: list[ast.expr] = []
        for one in before:
            if not isinstance(one, ast.Assign) or not isinstance(one.targets[0], ast.Name):
                return False
            made.append(one.value)
        if not isinstance(last, ast.Return) or last.value is None:
            return False
        made.append(last.value)
        if isinstance(last.value, ast.Constant) or not all(map(tells_apart, made)):
            return False
        mentioned = {
            part.id for one in made for part in ast.walk(one) if isinstance(part, ast.Name)
        }
        return mentioned >= definition.parameter_names() != frozenset()

    return module.query(definition, "computes number", compute, False).read()  # type: ignore[no-any-return]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
