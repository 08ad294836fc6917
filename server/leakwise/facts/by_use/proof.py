"""What the evidence of a body makes of a value that is not known: one that carries a graph."""

import ast

from leakwise.facts.by_use.graph_origins import ELEMENTS, TERM, Names
from leakwise.facts.by_use.numbers_by_name import is_number
from leakwise.facts.interpreter.run import Run
from leakwise.facts.terms.events import GradMode
from leakwise.facts.terms.values import (
    DICT,
    Certainty,
    Graph,
    Kind,
    Scalar,
    Value,
    mapping,
    merge_sources,
    tensor,
)


def proven_value(run: Run, path: str, value: Value, node: ast.expr, proven: Names) -> Value:
    """The value that `node` gives `path`, known to carry a graph where `proven` says that a
    backward pass starts from it, or from a part of it, later."""
    if not proven or run.state.grad is GradMode.OFF:
        return value
    parts = {name[len(path) :] for name in proven if name.startswith((path + ".", path + "["))}
    if not parts:
        if path in proven and is_open(value):
            value = _carrying(run, value, node)
        elif path in proven and value.carries_graph and value.certainty is Certainty.POSSIBLE:
            # Whatever it is made of: a backward pass starts from it.
            value = value.but(certainty=Certainty.LIKELY)
        # A backward pass that is given no gradient starts from one element.
        single = path + TERM in proven and value.kind is Kind.TENSOR
        return value.but(scalar=Scalar.SURE) if single else value
    if value.kind is Kind.CONTAINER:
        return _with_parts(run, value, node, parts)
    # Also where it may be a tensor itself: `sum(v) if isinstance(v, tuple) else v`.
    return _holding(run, value, node)


def proven_part(run: Run, path: str, stored: Value, node: ast.expr) -> Value:
    """The value that `node` gives and the current statement puts into what is at `path`."""
    proven = run.evidence.names.get(id(run.statement))
    if proven is None or run.state.grad is GradMode.OFF or not is_open(stored):
        return stored
    if any(name.startswith(path + "[") for name in proven):
        return _carrying(run, stored, node)
    return stored


def proven_term(run: Run, path: str, term: Value, node: ast.expr) -> Value:
    """What is added to a total that is backpropagated: it carries a graph where the body adds to
    the total nowhere else, and else gives it numbers alone."""
    proven = run.evidence.names.get(id(run.statement), frozenset())
    if path not in proven or run.state.grad is GradMode.OFF or not is_open(term):
        return term
    if not path.isidentifier() or run.definition.node is None:
        return term
    index = run.definition.index
    given = index.values_of(path)
    others = len(index.bindings_of(path)) - sum(map(is_number, given))
    return _carrying(run, term, node) if others == 1 else term


def sibling_value(run: Run, path: str, value: Value, node: ast.expr) -> Value:
    """A value that comes from the same call as a loss that is backpropagated: it may carry the
    graph, or be a number to report. Who detaches it takes it for a tensor with one."""
    if run.state.grad is GradMode.OFF or not is_open(value):
        return value
    detached = "detach" in run.use(path).methods
    held = _holding(run, value, node)
    return held if detached else held.but(certainty=Certainty.POSSIBLE)


def is_open(value: Value) -> bool:
    """Whether a value may carry a graph as well as not."""
    return value.kind is Kind.UNKNOWN or (value.is_tensor and value.graph is Graph.UNKNOWN)


def proven_parameter(name: str, value: Value, proven: Names) -> Value:
    """What a parameter holds, known to carry a graph where `proven` says that a backward pass
    starts from what was given, or from a part of it."""
    if not is_open(value):
        return value
    if name in proven:
        loss = _loss(value)
        return loss.but(scalar=Scalar.SURE) if name + TERM in proven else loss
    parts = any(one.startswith(name + ".") for one in proven)
    return _output(value) if parts else value


def _carrying(run: Run, value: Value, node: ast.expr) -> Value:
    return _made_at(run, node, _loss(value))


def _holding(run: Run, value: Value, node: ast.expr) -> Value:
    """A value of which a part carries a graph."""
    return _made_at(run, node, _output(value)) if is_open(value) else value


def _loss(value: Value) -> Value:
    return tensor(
        Graph.ATTACHED,
        scalar=Scalar.LIKELY,
        certainty=Certainty.LIKELY,
        origin=value.origin,
        sources=value.sources,
    )


def _output(value: Value) -> Value:
    return Value(
        Kind.OUTPUT,
        graph=Graph.ATTACHED,
        certainty=Certainty.LIKELY,
        origin=value.origin,
        sources=value.sources,
    )


def _made_at(run: Run, node: ast.expr, value: Value) -> Value:
    place = run.place(node)
    made = merge_sources(value.sources, frozenset({place}))
    return value.but(origin=value.origin or place, sources=made)


def _with_parts(run: Run, value: Value, node: ast.expr, parts: set[str]) -> Value:
    """A display or a comprehension, these parts of which carry a graph."""
    if value.fields:
        fields = tuple(
            (key, _carrying(run, held, node) if f"[{key!r}]" in parts and is_open(held) else held)
            for key, held in value.fields
        )
        known = mapping(fields)
        return value.but(fields=fields, element=known.element)
    apart = value.items is not None or value.name == DICT or value.length not in {None, 1}
    if apart or ELEMENTS not in parts or value.element is None:
        # Of several elements some may carry no graph.
        return value
    return value.but(element=_holding(run, value.element, node))
