"""Lambdas as values: their text and what they refer to, so that they can be called later.

A value holds no node of the tree: an edit elsewhere would leave it behind.
"""

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.names import path_of
from leakwise.facts.interpreter.run import Run
from leakwise.facts.interpreter.state import State
from leakwise.facts.terms.values import UNKNOWN, Kind, Value

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

DEEPEST = 2
"""How many lambdas inside one another are followed: one that calls itself has no end."""
_LASTING = frozenset(
    {Kind.MODULE, Kind.CRITERION, Kind.FUNCTION, Kind.CLASS, Kind.QUALIFIED, Kind.OPTIMIZER}
)
"""Kinds that a name keeps once it has one; what else a name holds may change before the call."""


@dataclass(frozen=True, slots=True)
class LambdaText:
    """The code of a lambda, and what the names of its body held where it stood."""

    source: str
    held: tuple[tuple[str, Value], ...]


def lambda_value(run: Run, node: ast.Lambda) -> Value:
    """A lambda of the current statement; who calls it may use, or release, what it refers to."""
    names = {part.id for part in ast.walk(node.body) if isinstance(part, ast.Name)}
    held = []
    for name in sorted(names):
        value = run.state.values.get(name)
        if value is not None:
            run.outcome.pass_on(value)
            held.append((name, value.portable() if value.kind in _LASTING else UNKNOWN))
    return Value(Kind.FUNCTION, constant=LambdaText(ast.unparse(node), tuple(held)))


def called_by(module: "ModuleFacts", definition: Definition, text: LambdaText) -> list[Value]:
    """What a lambda of a body calls, as far as names tell."""
    calls = [one for one in ast.walk(ast.parse(text.source)) if isinstance(one, ast.Call)]
    held = dict(text.held)
    found = []
    for call in calls:
        path = path_of(call.func)
        known = held.get(path or "")
        found.append(module.names.resolve(definition, path) if known is None else known)
    return found


def called_lambda(
    run: Run, call: ast.Call, text: LambdaText, arguments: list[Value], keywords: dict[str, Value]
) -> Value | None:
    """What a lambda gives for these arguments; None where it is not followed."""
    plain = all(not isinstance(argument, ast.Starred) for argument in call.args)
    if run.inside_lambdas >= DEEPEST or not plain or "**" in keywords:
        return None
    node = ast.parse(text.source, mode="eval").body
    assert isinstance(node, ast.Lambda)
    for part in ast.walk(node):
        if isinstance(part, (ast.expr, ast.arg, ast.keyword)):
            ast.copy_location(part, call)
    outer = run.state
    run.state = State(grad=outer.grad)
    for name, value in text.held:
        run.state.bind(name, value, ())
    parameters = [*node.args.posonlyargs, *node.args.args]
    given = [*arguments, *[UNKNOWN] * len(parameters)]
    for parameter, value in zip(parameters, given, strict=False):
        run.state.bind(parameter.arg, keywords.get(parameter.arg, value), ())
    for extra in (*node.args.kwonlyargs, node.args.vararg, node.args.kwarg):
        if extra is not None:
            run.state.bind(extra.arg, keywords.get(extra.arg, UNKNOWN), ())
    run.inside_lambdas += 1
    try:
        return run.evaluate(node.body)
    finally:
        run.inside_lambdas -= 1
        run.state = outer
