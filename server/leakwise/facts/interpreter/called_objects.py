"""Calls of objects of classes that have a `__call__` of their own, which they run."""

import ast

from leakwise.facts.apis.conventions import CALL_METHOD
from leakwise.facts.code.definitions import Definition
from leakwise.facts.interpreter.run import Run
from leakwise.facts.symbols.questions import is_address
from leakwise.facts.terms.values import Kind, Value


def called_method(run: Run, callee: Value) -> Value | None:
    """The method that a call of an object runs, also of a network whose class has one of its own in
    `forward`'s place; None for all else."""
    if callee.kind is Kind.MODULE and is_address(callee.name) and callee.definition is None:
        found = run.module.externals.attribute(callee.name or "", callee.kind, CALL_METHOD)
        return None if found.kind is Kind.UNKNOWN else found
    if callee.kind not in _OF_CLASSES or callee.definition is None:
        return None
    method = run.module.method(callee.definition, CALL_METHOD)
    if method is None:
        return None
    return Value(Kind.FUNCTION, definition=method, sources=callee.sources)


_OF_CLASSES = frozenset({Kind.INSTANCE, Kind.MODULE})


def spelt_out(node: ast.Call, definition: Definition) -> ast.Call:
    """A call of an object as one of its method, where it stands: `stop.__call__(x)`."""
    function = node.func
    spelt = isinstance(function, ast.Attribute) and function.attr == CALL_METHOD
    if definition.name != CALL_METHOD or not definition.is_method or spelt:
        return node
    method = ast.copy_location(ast.Attribute(function, CALL_METHOD, ast.Load()), function)
    return ast.copy_location(ast.Call(method, node.args, node.keywords), node)
