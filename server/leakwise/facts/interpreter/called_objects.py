"""Calls of objects of the file's own classes: they run `__call__`."""

import ast

from leakwise.facts.apis.conventions import CALL_METHOD
from leakwise.facts.code.definitions import Definition
from leakwise.facts.interpreter.run import Run
from leakwise.facts.terms.values import Kind, Value


def called_method(run: Run, callee: Value) -> Value | None:
    """The method that a call of an object runs; None for all else."""
    if callee.kind is not Kind.INSTANCE or callee.definition is None:
        return None
    method = run.module.method(callee.definition, CALL_METHOD)
    if method is None:
        return None
    return Value(Kind.FUNCTION, definition=method, sources=callee.sources)


def spelt_out(node: ast.Call, definition: Definition) -> ast.Call:
    """A call of an object as one of its method, where it stands: `stop.__call__(x)`."""
    function = node.func
    spelt = isinstance(function, ast.Attribute) and function.attr == CALL_METHOD
    if definition.name != CALL_METHOD or not definition.is_method or spelt:
        return node
    method = ast.copy_location(ast.Attribute(function, CALL_METHOD, ast.Load()), function)
    return ast.copy_location(ast.Call(method, node.args, node.keywords), node)
