"""Functions that are handed to others, which keep them and call them later."""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import Definition, FunctionNode
from leakwise.facts.code.names import path_of, paths_in
from leakwise.facts.interpreter.run import Run
from leakwise.facts.interpreter.state import root_of
from leakwise.facts.keeping.kept_arguments import ArgumentUse, used_by_function, used_by_lambda
from leakwise.facts.terms.events import Callback, Capture
from leakwise.facts.terms.values import Kind, Value

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_PARTIAL = frozenset({"partial", "functools.partial"})


def note_callbacks(
    run: Run, node: ast.Call, arguments: list[Value], keywords: dict[str, Value]
) -> None:
    """Notes the functions among the arguments of a call."""
    for part, value in zip(node.args, arguments, strict=True):
        if value.kind is Kind.FUNCTION or type(part) in _MADE_HERE:
            _note(run, node, part, value)
    for keyword in node.keywords:
        if keyword.arg is not None:
            value = keywords[keyword.arg]
            if value.kind is Kind.FUNCTION or type(keyword.value) in _MADE_HERE:
                _note(run, node, keyword.value, value)


_MADE_HERE = frozenset({ast.Lambda, ast.Call})
_NAMED = (ast.Name, ast.Attribute)


def _note(run: Run, node: ast.Call, part: ast.expr, value: Value) -> None:
    if isinstance(part, ast.Lambda):
        own = frozenset(one.arg for one in ast.walk(part.args) if isinstance(one, ast.arg))
        captures = tuple(_captures(run, paths_in(part.body), own))
        # Its defaults are evaluated, and kept, where it is made.
        captures = (*captures, *_captures(run, paths_in(part.args), frozenset()))
        used = used_by_lambda(part, run.block)
        _add(run, node, part, None, captures, used, _called_by(run, part, own))
    elif isinstance(part, ast.Call):
        if path_of(part.func) in _PARTIAL and part.args:
            _note_partial(run, node, part)
        elif value.kind is Kind.FUNCTION and value.definition is not None:
            # What a function of this file makes and gives: `make_hook(name)`.
            _note_function(run, node, part, value.definition, ())
    elif value.definition is not None and isinstance(part, _NAMED):
        _note_function(run, node, part, value.definition, ())


def _called_by(run: Run, part: ast.Lambda, own: frozenset[str]) -> Definition | None:
    """The function of the file whose result a lambda gives, with whatever sign."""
    body = part.body.operand if isinstance(part.body, ast.UnaryOp) else part.body
    path = path_of(body.func) if isinstance(body, ast.Call) else None
    if path is None or root_of(path) in own or not isinstance(body, ast.Call):
        return None
    called = run.evaluate(body.func)
    return called.definition if called.kind is Kind.FUNCTION else None


def _note_partial(run: Run, node: ast.Call, part: ast.Call) -> None:
    paths: frozenset[str] = frozenset()
    for one in (*part.args[1:], *(keyword.value for keyword in part.keywords)):
        paths |= paths_in(one)
    bound = tuple(_captures(run, paths, frozenset()))
    function = part.args[0]
    value = run.evaluate(function)
    definition = value.definition if value.kind is Kind.FUNCTION else None
    _note_function(run, node, function, definition, bound)


def _note_function(
    run: Run,
    node: ast.Call,
    part: ast.expr,
    function: Definition | None,
    bound: tuple[Capture, ...],
) -> None:
    captures = bound
    instance = run.definition.instance_name()
    if function is not None and function.parent is run.definition:
        function.code.read()
        own = frozenset(one.arg for one in function.parameters())
        names = frozenset(
            name for name in function.index.words_now() if not function.index.bindings_of(name)
        )
        captures = (*captures, *_captures(run, names, own))
    elif instance is not None and isinstance(part, ast.Attribute) and _is(part.value, instance):
        captures = (*captures, *_captures(run, frozenset({instance}), frozenset()))
    _add(run, node, part, function, captures, ArgumentUse())


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _add(
    run: Run,
    node: ast.Call,
    part: ast.expr,
    function: Definition | None,
    captures: tuple[Capture, ...],
    used: ArgumentUse,
    calls: Definition | None = None,
) -> None:
    how = node.func.attr if isinstance(node.func, ast.Attribute) else path_of(node.func) or ""
    instance = run.definition.instance_name()
    of_self = instance is not None and any(one.name == instance for one in captures)
    run.outcome.add(
        Callback(
            run.place(part),
            run.loops,
            how,
            run.place(node),
            function,
            of_self,
            captures,
            used,
            calls,
        )
    )


def _captures(run: Run, paths: frozenset[str], own: frozenset[str]) -> Iterator[Capture]:
    for name in sorted({root_of(path) for path in paths} - own):
        value = run.captured[name] = run.state.values.get(name)
        if value is not None:
            yield Capture(name, value)


def argument_use(module: "ModuleFacts", callback: Callback) -> ArgumentUse:
    """What a callback keeps of its arguments and gives back of them, whenever it is called."""
    function = callback.function
    if function is None:
        return callback.used

    def compute() -> ArgumentUse:
        function.code.read()
        if not isinstance(function.node, FunctionNode) or function.block is None:
            return ArgumentUse()
        instance = function.instance_name()
        return used_by_function(function.node, function.block, instance, module.tree.child_block)

    cell = module.query(function, "kept", compute, ArgumentUse())
    return cell.read()  # type: ignore[no-any-return]
