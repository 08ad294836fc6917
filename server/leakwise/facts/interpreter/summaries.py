"""What a caller sees of a function: what it gives, and what it does to its arguments."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from leakwise.facts.apis.resources import RESOURCE_KINDS
from leakwise.facts.apis.torch_functions import DIFFERENTIATING
from leakwise.facts.code.decorators import decorators_of
from leakwise.facts.code.definitions import Definition, FunctionNode
from leakwise.facts.code.members import called_value
from leakwise.facts.code.parameters import parameters_in
from leakwise.facts.interpreter.containers import holds_graph
from leakwise.facts.interpreter.parts import handed_out
from leakwise.facts.interpreter.results import BodyResult
from leakwise.facts.interpreter.state import deep_sources
from leakwise.facts.terms.events import (
    Accumulation,
    Event,
    GradMode,
    Keeping,
    ModuleCall,
    ParameterFlows,
    TrainingStep,
    Waiting,
)
from leakwise.facts.terms.values import NONE, UNKNOWN, Graph, Kind, Value, overlap

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

LONGEST_FOLLOWED = 150
"""The most lines of a function that is looked into again for the arguments of one call."""
MOST_DEPTH = 2
"""How many calls deep functions are looked into for their arguments."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a call gives a function: known arguments by parameter, and the grad mode. `early` where
    a constructor calls a method, whose object has no attributes yet of which something is known."""

    arguments: tuple[tuple[str, Value], ...]
    grad: GradMode
    depth: int
    early: bool = False
    made: bool = False
    """Whether the object's attributes are looked at as its constructor makes them alone: where what
    other methods put into them leads back to the call."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that a function puts into a container, or adds to a total, that outlives it.

    `holder` is a path that begins with a parameter's name, the instance's or a global one; `how` is
    the container's method, or "+" for a total.
    """

    holder: str
    how: str
    stored: Value
    parameters: frozenset[str]


@dataclass(frozen=True, slots=True)
class ForwardPass:
    """A network that a function runs with recording on. `callee` is its path in the function,
    `leaves` whether what comes of its graph outlives the function: it is returned or stored."""

    callee: str
    callee_value: Value
    result: Value
    leaves: bool = True


@dataclass(frozen=True, slots=True)
class Summary:
    """What a function gives and does. `returns` is None where it returns nothing, `trains` names a
    training step in it, and `flows` is None where its code is not known."""

    returns: Value | None = UNKNOWN
    trains: str = ""
    returned: frozenset[str] = frozenset()
    """The parameters that what it returns may be made from."""
    flows: ParameterFlows | None = None
    keeps: tuple[Kept, ...] = ()
    waits: bool = False
    """Whether something that it calls is still to be told of by another file's facts."""
    forward_passes: tuple[ForwardPass, ...] = ()
    """The networks that it runs once and, as far as can be seen, differentiates nothing of."""


def summary(module: "ModuleFacts", definition: Definition, result: BodyResult) -> Summary:
    """The summary of a body."""
    definition.code.read()
    node = definition.node
    if _is_left_open(module, definition):
        return Summary()
    returns = result.returns
    returned = frozenset() if returns is None else parameters_in(deep_sources(returns))
    portable = None if returns is None else handed_out(returns.mapped(_taken_here)).portable()
    if portable is not None and isinstance(node, FunctionNode):
        portable = called_value(module, definition, node, portable)
    elif isinstance(node, ast.AsyncFunctionDef):
        portable = Value(Kind.AWAITABLE, element=NONE)
    steps = [event.what for event in result.of(TrainingStep)]
    return Summary(
        portable,
        steps[0] if steps else "",
        returned,
        result.flows.parameters,
        tuple(_kept(result)),
        bool(result.of(Waiting)),
        () if steps else tuple(_forward_passes(definition, result)),
    )


def _is_left_open(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a method only says that classes which derive from its own have to write it."""
    node = definition.node
    if not definition.is_method or not isinstance(node, FunctionNode):
        return False
    last = node.body[-1]
    if isinstance(last, ast.Raise) and all(map(_is_text, node.body[:-1])):
        raised = last.exc.func if isinstance(last.exc, ast.Call) else last.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    abstract = any(one.name == _ABSTRACT for one in decorators_of(module, definition))
    return abstract and all(_is_text(one) or isinstance(one, ast.Pass) for one in node.body)


_ABSTRACT = "abc.abstractmethod"


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _taken_here(value: Value) -> Value:
    """A part of what a function returns, but for a resource that was there before: whoever calls
    the function does not take it."""
    if value.kind not in RESOURCE_KINDS or any(not isinstance(one, str) for one in value.sources):
        return value
    return Value(sources=value.sources)


def _kept(result: BodyResult) -> Iterator[Kept]:
    events: Iterable[Event] = result.of(Keeping)
    if additions := result.of(Accumulation):
        events = result.events if events else additions
    for event in events:
        if isinstance(event, Keeping) and event.from_before:
            parameters = parameters_in(deep_sources(event.stored))
            if parameters or event.stored.carries_graph:
                yield Kept(event.holder, event.how, event.stored.portable(), parameters)
        elif isinstance(event, Accumulation) and event.from_before:
            parameters = parameters_in(deep_sources(event.operand))
            if parameters or event.operand.carries_graph:
                yield Kept(event.target, "+", event.operand.portable(), parameters)


def _forward_passes(definition: Definition, result: BodyResult) -> Iterator[ForwardPass]:
    calls = [
        event
        for event in result.of(ModuleCall)
        if event.grad is GradMode.ON
        and holds_graph(event.result)
        and event.evaluating is None
        and not event.loops
    ]
    if not calls or definition.index.mentions_any(DIFFERENTIATING):
        return
    for call in calls:
        if not overlap(call.result.sources, result.flows.backward):
            left = result.flows.returned | result.flows.stored
            leaves = overlap(call.result.sources, left)
            yield ForwardPass(call.callee, call.callee_value, call.result.portable(), leaves)


def may_tell_more(found: Summary, known: dict[str, Value]) -> bool:
    """Whether a call with these arguments may tell more than the summary for any: what the function
    returns or keeps is made from one of them, or a flag decides on it."""
    if found.flows is None:
        return False
    decisive = found.returned.union(*(kept.parameters for kept in found.keeps))
    returns = found.returns
    open_ended = bool(decisive) or (returns is not None and returns.kind is Kind.UNKNOWN)
    for name, value in known.items():
        if isinstance(value.constant, bool):
            if open_ended:
                return True
        elif value.kind not in _PLAIN and name in decisive:
            return True
    return False


def also_for_any(told: Summary, found: Summary) -> Summary:
    """The summary for one call, which looks less deep than the one for any: where a graph is there
    whatever the arguments are, it is there for these."""
    if told.returns is None or found.returns is None or told.returns == found.returns:
        return told
    returns = _with_graphs_of(told.returns, found.returns)
    return told if returns is told.returns else replace(told, returns=returns)


def _with_graphs_of(one: Value, any_: Value) -> Value:
    if one.is_tensor and any_.carries_graph and one.graph is Graph.UNKNOWN:
        return one.but(graph=any_.graph, certainty=any_.certainty)
    if one.items is None or any_.items is None or len(one.items) != len(any_.items):
        return one
    items = tuple(map(_with_graphs_of, one.items, any_.items))
    return one if items == one.items else one.but(items=items)


def is_followed(definition: Definition) -> bool:
    """Whether a function is short enough to be looked into for one call."""
    node = definition.node
    if not isinstance(node, FunctionNode):
        return False
    return (node.end_lineno or node.lineno) - node.lineno <= LONGEST_FOLLOWED


def abstracted(value: Value, depth: int = 2) -> Value:
    """A value as it tells one call from another: its kind and graph, without its history."""
    if value.kind in _PLAIN:
        if value.name == NONE.name or isinstance(value.constant, bool):
            return Value(value.kind, name=value.name, constant=value.constant)
        return Value(value.kind) if value.kind is not Kind.OTHER else UNKNOWN
    element = value.element
    items = value.items
    return value.but(
        origin=None,
        sources=frozenset(),
        length=None,
        constant=None,
        part=None if value.part is None else abstracted(value.part, 0),
        element=None if element is None or not depth else abstracted(element, depth - 1),
        items=None
        if items is None or not depth
        else tuple(abstracted(item, depth - 1) for item in items),
    )


_PLAIN = frozenset({Kind.UNKNOWN, Kind.OTHER, Kind.NUMBER})
