"""The statements of a body as they are written, for what needs no interpretation."""

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import Definition, FunctionNode
from leakwise.facts.terms.places import Place, place_of
from leakwise.syntax import Block

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


def statements_of(
    module: "ModuleFacts", definition: Definition
) -> Iterator[tuple[ast.stmt, Block]]:
    """Every statement of a body with its block, in their order; functions in it left out."""
    node = definition.node
    if isinstance(node, FunctionNode) and definition.block is not None:
        yield from _in_suite(module, definition.block, node.body)
    elif node is None:
        for block in module.tree.blocks:
            yield from _in_suite(module, block, block.statements)


def _in_suite(
    module: "ModuleFacts", block: Block, suite: Sequence[ast.stmt]
) -> Iterator[tuple[ast.stmt, Block]]:
    for statement in suite:
        own = module.tree.child_block(statement) or block
        yield statement, own
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for name in ("body", "orelse", "finalbody"):
            yield from _in_suite(module, own, getattr(statement, name, ()))
        for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            yield from _in_suite(module, own, part.body)


def parents_in(statement: ast.stmt) -> dict[ast.AST, ast.AST]:
    """By node: the one above it, in a statement without the suites of a compound one."""
    found: dict[ast.AST, ast.AST] = {}
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        for part in ast.iter_child_nodes(node):
            if not isinstance(part, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                found[part] = node
                pending.append(part)
    return found


def calls_at(
    module: "ModuleFacts", definition: Definition, place: Place
) -> Iterator[tuple[ast.stmt, ast.Call]]:
    """The call that stands at a place of a body, with its statement; none where it is gone."""
    for statement, block in statements_of(module, definition):
        if place_of(statement, block).contains(place):
            for part in parents_in(statement):
                if isinstance(part, ast.Call) and place_of(part, block) == place:
                    yield statement, part


def gives_away(module: "ModuleFacts", definition: Definition, name: str) -> bool:
    """Whether what a name holds may be among what a body returns or yields, also in a function or a
    lambda: not where it is only called there, or asked for an attribute or an element."""
    definition.code.read()
    if any(scope.names.mentions(name) for scope in definition.index.nested_scopes()):
        return True
    for statement, _ in statements_of(module, definition):
        pending: list[ast.AST] = []
        if isinstance(statement, ast.Return):
            pending = [statement]
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, _YIELDS):
            pending = [statement.value]
        while pending:
            node = pending.pop()
            if isinstance(node, ast.Name) and node.id == name:
                return True
            asked = _asked(node)
            pending.extend(
                part
                for part in ast.iter_child_nodes(node)
                if part is not asked or not isinstance(part, ast.Name)
            )
    return False


_YIELDS = (ast.Yield, ast.YieldFrom)


def _asked(node: ast.AST) -> ast.expr | None:
    """What an expression calls, or asks for a part."""
    if isinstance(node, ast.Call):
        return node.func
    return node.value if isinstance(node, (ast.Attribute, ast.Subscript)) else None
