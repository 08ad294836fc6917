"""Functions that answer questions: what they give depends on what they are given, and others ask
them, by a public name or through a framework."""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leakwise.facts.apis.handlers import HANDLERS, SERVICER
from leakwise.facts.definitions import Definition
from leakwise.facts.names import paths_in
from leakwise.facts.state import root_of
from leakwise.facts.written import statements_of

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_CALLED = "__call__"


def handles_requests(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a framework calls a method for each question, by the convention of its class."""
    class_ = definition.parent
    if class_ is None or not class_.is_class:
        return False
    bases = module.ancestors(class_).names
    if any(definition.name in methods and names & bases for names, methods in HANDLERS):
        return True
    public = not definition.name.startswith("_")
    return public and any(name.endswith(SERVICER) for name in bases)


def answers_others(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether others may ask a function again and again: it is public, is a method or one of the
    top level, and what it gives depends on what it is given, which is neither the settings of a
    program nor all that it goes through in one call."""
    if definition.name.startswith("_") and definition.name != _CALLED:
        return False
    parent = definition.parent
    if parent is None or (parent.node is not None and not parent.is_class):
        return False
    if parent.is_class and definition.instance_name() is None:
        return False

    def compute() -> bool:
        definition.code.read()
        asked = definition.parameter_names()
        return bool(asked) and _depends(module, definition, asked)

    return module.query(definition, "answers", compute, False).read()  # type: ignore[no-any-return]


def _depends(module: "ModuleFacts", definition: Definition, asked: frozenset[str]) -> bool:
    """Whether a function gives something that is made of its parameters, whole, and goes through
    none of them."""
    statements = [statement for statement, _ in statements_of(module, definition)]
    whole = asked & {name for statement in statements for name in _whole_names(statement)}
    known: frozenset[str] = frozenset()
    reached = whole
    while known != reached:
        known = reached
        for statement in statements:
            reached |= _reached(statement, reached)
    if any(_goes_through(statement, asked) for statement in statements):
        return False
    given = (one.value for one in statements if isinstance(one, ast.Return))
    return any(value is not None and _mentions(value, reached) for value in given)


def _header(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement without the statements inside it."""
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(
            part
            for part in ast.iter_child_nodes(node)
            if not isinstance(part, ast.stmt | ast.ExceptHandler | ast.match_case)
        )


def _whole_names(statement: ast.stmt) -> Iterator[str]:
    """The names that are used for what they hold, and not for an attribute of that alone."""
    owners = {id(node.value) for node in _header(statement) if isinstance(node, ast.Attribute)}
    for node in _header(statement):
        if isinstance(node, ast.Name) and id(node) not in owners:
            yield node.id


def _mentions(node: ast.AST, names: frozenset[str]) -> bool:
    return any(root_of(path) in names for path in paths_in(node))


def _reached(statement: ast.stmt, known: frozenset[str]) -> frozenset[str]:
    """The names that a statement gives something made of what `known` ones hold."""
    found: set[str] = set()
    for node in _header(statement):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
            if node.value is not None and _mentions(node.value, known):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                found.update(root_of(path) for one in targets for path in paths_in(one))
        elif isinstance(node, ast.For | ast.AsyncFor):
            if _mentions(node.iter, known):
                found.update(root_of(path) for path in paths_in(node.target))
        elif isinstance(node, ast.withitem):
            if node.optional_vars is not None and _mentions(node.context_expr, known):
                found.update(root_of(path) for path in paths_in(node.optional_vars))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            # `found.append(answer)`
            given = (*node.args, *(one.value for one in node.keywords))
            if any(_mentions(one, known) for one in given):
                found.update(root_of(path) for path in paths_in(node.func.value))
    return frozenset(found - {"self"})


def _goes_through(statement: ast.stmt, asked: frozenset[str]) -> bool:
    """Whether a loop goes through all that a parameter holds: `for x, y in loader`, also in
    `enumerate(loader)`."""
    gone = (
        node.iter
        for node in _header(statement)
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension)
    )
    return any(
        isinstance(one, ast.Name) and one.id in asked for part in gone for one in _ends(part)
    )


def _ends(node: ast.expr) -> Iterator[ast.expr]:
    yield node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id != "range":
        for part in node.args:
            yield from _ends(part)
