"""What a test tells that asks whether autograd records, or whether a tensor requires gradients."""

import ast
from typing import NamedTuple

from leakwise.facts.apis.torch_functions import INFERENCE_QUESTION
from leakwise.facts.code.names import path_of
from leakwise.facts.interpreter.carrying import cut
from leakwise.facts.interpreter.run import Run
from leakwise.facts.interpreter.state import State
from leakwise.facts.terms.events import GradMode
from leakwise.facts.terms.storage import stored
from leakwise.facts.terms.values import Graph, Kind, Value

GRAD_QUESTION = "grad mode"
"""The name of the value of a question whether autograd records."""
_GRADIENT_FLAG = "requires_grad"
_NODE = "grad_fn"


class Told(NamedTuple):
    """What holds in one branch of a test: the grad mode, None where the test tells nothing of it,
    and the paths of tensors that refer to no graph."""

    mode: GradMode | None = None
    without_graph: frozenset[str] = frozenset()

    def and_(self, other: "Told") -> "Told":
        """What holds where both hold."""
        return Told(self.mode or other.mode, self.without_graph | other.without_graph)

    def or_(self, other: "Told") -> "Told":
        """What holds where one of them does."""
        same = self.mode if self.mode is other.mode else None
        return Told(same, self.without_graph & other.without_graph)


_NOTHING = Told()


def told_by(run: Run, test: ast.expr) -> tuple[Told, Told]:
    """What a test tells where it holds, and where it does not."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        holds, fails = told_by(run, test.operand)
        return fails, holds
    if isinstance(test, ast.BoolOp):
        holds, fails = told_by(run, test.values[0])
        for part in test.values[1:]:
            one, other = told_by(run, part)
            if isinstance(test.op, ast.And):
                holds, fails = holds.and_(one), fails.or_(other)
            else:
                holds, fails = holds.or_(one), fails.and_(other)
        return holds, fails
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(run, test, test.comparators[0])
    if isinstance(test, ast.Attribute) and test.attr == _GRADIENT_FLAG:
        path = path_of(test.value)
        return _NOTHING, _NOTHING if path is None else Told(None, frozenset({path}))
    if isinstance(test, (ast.Call, ast.Name)) and not getattr(test, "args", ()):
        return _asked(run, test)
    return _NOTHING, _NOTHING


def _compared(run: Run, test: ast.Compare, other: ast.expr) -> tuple[Told, Told]:
    """`x.grad_fn is None`, `torch.is_grad_enabled() is False`."""
    if not isinstance(other, ast.Constant):
        return _NOTHING, _NOTHING
    if isinstance(other.value, bool):
        told = told_by(run, test.left)
    elif other.value is None and isinstance(test.left, ast.Attribute) and test.left.attr == _NODE:
        path = path_of(test.left.value)
        told = _NOTHING, _NOTHING if path is None else Told(None, frozenset({path}))
    else:
        return _NOTHING, _NOTHING
    same = isinstance(test.ops[0], (ast.Is, ast.Eq))
    if not same and not isinstance(test.ops[0], (ast.IsNot, ast.NotEq)):
        return _NOTHING, _NOTHING
    return told if same is bool(other.value) else (told[1], told[0])


def _asked(run: Run, test: ast.Call | ast.Name) -> tuple[Told, Told]:
    function = test.func if isinstance(test, ast.Call) else test
    if isinstance(test, ast.Call) and not (path_of(function) or "").endswith("_enabled"):
        return _NOTHING, _NOTHING
    if isinstance(test, ast.Call) and run.evaluator(run, function).name == INFERENCE_QUESTION:
        return Told(GradMode.OFF), _NOTHING
    value = run.evaluator(run, test)
    if value.kind is not Kind.CONTEXT or value.name != GRAD_QUESTION:
        return _NOTHING, _NOTHING
    if isinstance(test, ast.Name) and value.constant is not switched_on(run.state.grad):
        # The answer was kept, and the mode has changed since.
        return _NOTHING, _NOTHING
    return Told(GradMode.ON), Told(GradMode.OFF)


def switched_on(grad: GradMode) -> bool | None:
    """Whether autograd records; None where that is not known."""
    return None if grad is GradMode.UNKNOWN else grad is GradMode.ON


def enter(state: State, told: Told) -> None:
    """Makes a state that of a branch in which this holds."""
    if told.mode is not None:
        state.grad = told.mode
    for path in told.without_graph:
        value = state.values.get(path)
        if value is not None and value.is_tensor and (value.carries_graph or value.is_leaf):
            state.change(path, _without_graph(value))


def _without_graph(value: Value) -> Value:
    storage = value.storage
    plain = stored(storage.device, storage.numbers, storage.view)
    return cut(value).but(graph=Graph.DETACHED, storage=plain)


class Before(NamedTuple):
    """What holds again behind a test: its branches alone were told otherwise."""

    mode: GradMode | None = None
    values: tuple[tuple[str, Value], ...] = ()

    def put_back(self, after: State) -> None:
        """Makes it hold behind the branches."""
        after.grad = self.mode or after.grad
        for path, value in self.values:
            after.change(path, value)


def held_before(before: State, told: tuple[Told, Told], body: State, orelse: State) -> Before:
    """What held before a test and, told otherwise in its branches, holds again behind them: the
    mode, where neither set it, and tensors, where neither bound them."""
    if body.dead or orelse.dead or told == (_NOTHING, _NOTHING):
        return Before()
    modes = tuple(one.mode or before.grad for one in told)
    values = []
    for one, narrowed, other in ((told[0], body, orelse), (told[1], orelse, body)):
        for path in sorted(one.without_graph):
            held = before.values.get(path)
            if held is None or other.values.get(path) is not held:
                continue
            if narrowed.values.get(path) == _without_graph(held):
                values.append((path, held))
    mode = before.grad if modes == (body.grad, orelse.grad) else None
    return Before(mode, tuple(values))


def chosen(run: Run, node: ast.IfExp) -> tuple[Value, Value]:
    """What the branches of `body if test else orelse` give, whose test was evaluated."""
    holds, fails = told_by(run, node.test)
    return _inside(run, node.body, holds), _inside(run, node.orelse, fails)


def _inside(run: Run, node: ast.expr, told: Told) -> Value:
    """What an expression gives where this holds."""
    if told == _NOTHING:
        return run.evaluator(run, node)
    grad = run.state.grad
    held = {path: run.state.values.get(path) for path in told.without_graph}
    enter(run.state, told)
    value = run.evaluator(run, node)
    run.state.grad = grad
    for path, before in held.items():
        if before is not None:
            run.state.change(path, before)
    return value
