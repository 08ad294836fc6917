"""Which names of a body hold something that is made of what others hold, as its statements are
written: in whatever order these run."""

import ast
from collections.abc import Iterator, Sequence

from leakwise.facts.code.names import paths_in
from leakwise.facts.interpreter.state import root_of


def reached_from(statements: Sequence[ast.stmt], names: frozenset[str]) -> frozenset[str]:
    """The names that hold something made of what `names` hold, with these; never `self`."""
    reached, known = names, frozenset[str]()
    while known != reached:
        known = reached
        for statement in statements:
            reached |= _reached(statement, reached)
    return reached


def header(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement without the statements inside it."""
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(
            part
            for part in ast.iter_child_nodes(node)
            if not isinstance(part, (ast.stmt, ast.ExceptHandler, ast.match_case))
        )


def mentions(node: ast.AST, names: frozenset[str]) -> bool:
    """Whether a name, or what a path from it leads to, stands in some code."""
    return any(root_of(path) in names for path in paths_in(node))


def bound_by(statement: ast.stmt) -> frozenset[str]:
    """The roots of the paths that a statement binds in its own code."""
    return frozenset(
        root_of(path)
        for node in header(statement)
        for target in _targets(node)
        for path in paths_in(target)
    )


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    if isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.For, ast.AsyncFor)):
        return [node.target]
    if isinstance(node, ast.withitem) and node.optional_vars is not None:
        return [node.optional_vars]
    return []


def _origin(node: ast.AST) -> ast.expr | None:
    """What the targets of a node are bound to, or to a part of."""
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
        return node.value
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return node.iter
    return node.context_expr if isinstance(node, ast.withitem) else None


def _reached(statement: ast.stmt, known: frozenset[str]) -> frozenset[str]:
    found: set[str] = set()
    for node in header(statement):
        origin = _origin(node)
        if origin is not None and mentions(origin, known):
            found.update(root_of(path) for one in _targets(node) for path in paths_in(one))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            # `found.append(answer)`
            given = (*node.args, *(one.value for one in node.keywords))
            if any(mentions(one, known) for one in given):
                found.update(root_of(path) for path in paths_in(node.func.value))
    return frozenset(found - {"self"})
