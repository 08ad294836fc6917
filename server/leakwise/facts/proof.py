"""What the evidence of a body makes of a value that is not known: one that carries a graph."""

import ast

from leakwise.facts.events import GradMode
from leakwise.facts.graph_origins import ELEMENTS, Names
from leakwise.facts.places import Place
from leakwise.facts.run import Run
from leakwise.facts.values import Certainty, Graph, Kind, Value, merge_sources, tensor


def proven_value(run: Run, path: str, value: Value, node: ast.expr, proven: Names) -> Value:
    """The value that `node` gives `path`, known to carry a graph where `proven` says that a
    backward pass starts from it, or from a part of it, later."""
    if not proven or run.state.grad is GradMode.OFF:
        return value
    if any(name.startswith((path + ".", path + "[")) for name in proven):
        # Also where it may be a tensor itself: `sum(v) if isinstance(v, tuple) else v`.
        return _holding(value, run.place(node), elements=path + ELEMENTS in proven)
    return _carrying(run, value, node) if path in proven and _is_open(value) else value


def proven_part(run: Run, path: str, stored: Value, node: ast.expr) -> Value:
    """The value that `node` gives and the current statement puts into what is at `path`."""
    proven = run.evidence.names.get(id(run.statement))
    if proven is None or run.state.grad is GradMode.OFF or not _is_open(stored):
        return stored
    if any(name.startswith(path + "[") for name in proven):
        return _carrying(run, stored, node)
    return stored


def sibling_value(run: Run, path: str, value: Value, node: ast.expr) -> Value:
    """A value that comes from the same call as a loss that is backpropagated: it may carry the
    graph, or be a number to report. Who detaches it takes it for a tensor with one."""
    if run.state.grad is GradMode.OFF or not _is_open(value):
        return value
    detached = "detach" in run.definition.index.methods_on(path)
    held = _holding(value, run.place(node), elements=False)
    return held if detached else held.but(certainty=Certainty.POSSIBLE)


def _is_open(value: Value) -> bool:
    """Whether a value may carry a graph as well as not."""
    return value.kind is Kind.UNKNOWN or (value.is_tensor and value.graph is Graph.UNKNOWN)


def _carrying(run: Run, value: Value, node: ast.expr) -> Value:
    place = run.place(node)
    return tensor(
        Graph.ATTACHED,
        scalar=True,
        certainty=Certainty.LIKELY,
        origin=value.origin or place,
        sources=merge_sources(value.sources, frozenset({place})),
    )


def _holding(value: Value, place: Place, *, elements: bool) -> Value:
    """A value of which a part carries a graph."""
    if value.kind is Kind.CONTAINER:
        held = value.element
        if not elements or held is None or not _is_open(held) or value.length not in {None, 1}:
            return value
        return value.but(element=_holding(held, place, elements=False))
    if not _is_open(value):
        return value
    return Value(
        Kind.OUTPUT,
        graph=Graph.ATTACHED,
        certainty=Certainty.LIKELY,
        origin=value.origin or place,
        sources=merge_sources(value.sources, frozenset({place})),
    )
