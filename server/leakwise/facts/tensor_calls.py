"""Functions and methods of tensors: which cut the graph, and which keep it."""

import ast

from leakwise.facts.apis.torch_methods import CUT_GRAPH, LEAVE_TORCH, MODULE_ITSELF, REDUCE
from leakwise.facts.events import GradMode
from leakwise.facts.run import Run
from leakwise.facts.state import deep_sources
from leakwise.facts.values import (
    NUMBER,
    OTHER,
    Certainty,
    Graph,
    Kind,
    Source,
    Value,
    container,
    merge_sources,
    tensor,
)

_PAIRS = frozenset({"max", "min", "median", "topk", "sort", "mode", "kthvalue", "cummax", "cummin"})
"""With a dimension given they return values with a graph and indices without."""
_WITHOUT_GRAPH = frozenset({Kind.NUMBER, Kind.OTHER, Kind.CONTAINER})
_MANY = frozenset({"split", "chunk", "unbind", "tensor_split"})


def with_graph_of(
    run: Run, node: ast.Call, arguments: list[Value], *, scalar: bool = False
) -> Value:
    """A tensor that a differentiable function makes of its arguments."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    sources: frozenset[Source] = frozenset()
    attached: list[Value] = []
    settled = True
    for argument in arguments:
        sources = merge_sources(sources, deep_sources(argument))
        parts = [argument, argument.element] if argument.element is not None else [argument]
        for part in parts:
            if part is None:
                continue
            if part.carries_graph:
                attached.append(part)
            elif part.kind not in _WITHOUT_GRAPH and part.graph is not Graph.DETACHED:
                settled = False
    graph = Graph.DETACHED if settled else Graph.UNKNOWN
    certainty = Certainty.SURE
    if attached:
        graph = Graph.ATTACHED
        certainty = attached[0].certainty
    if run.state.grad is GradMode.OFF:
        graph = Graph.DETACHED
    elif run.state.grad is GradMode.UNKNOWN and graph is Graph.ATTACHED:
        graph = Graph.UNKNOWN
    result = tensor(
        graph, scalar=scalar, certainty=certainty, origin=run.place(node), sources=sources
    )
    if name in _PAIRS and len(arguments) > 1:
        return _values_and_indices(result)
    if name in _MANY:
        return container(result).but(length=None)
    return result


def tensor_method(
    run: Run, node: ast.Call, name: str, receiver: Value, arguments: list[Value]
) -> Value:
    """What a method of a tensor gives."""
    if name in LEAVE_TORCH:
        return NUMBER if name == "item" else OTHER
    if name in CUT_GRAPH:
        return receiver.but(kind=Kind.TENSOR, graph=Graph.DETACHED)
    if receiver.kind is Kind.OUTPUT and name in {"keys", "get", "pop", "copy"}:
        return receiver
    if receiver.kind is Kind.OUTPUT and name in {"values", "items"}:
        part = receiver.but(certainty=receiver.certainty.weaker(Certainty.LIKELY))
        return container(container(OTHER, part, items=True) if name == "items" else part)
    graph, sources = receiver.graph, receiver.sources
    for argument in arguments:
        if argument.carries_graph:
            graph = Graph.ATTACHED
        sources = merge_sources(sources, deep_sources(argument))
    if graph is Graph.ATTACHED and run.state.grad is not GradMode.ON and not receiver.carries_graph:
        graph = Graph.UNKNOWN
    scalar = not arguments if name in REDUCE else receiver.scalar and not arguments
    result = Value(
        Kind.TENSOR,
        graph=graph,
        scalar=scalar,
        certainty=receiver.certainty,
        origin=receiver.origin,
        sources=sources,
    )
    if name not in MODULE_ITSELF and not name.endswith("_"):
        result = run.recorded(result)
    if name in _PAIRS and (arguments or node.keywords):
        return _values_and_indices(result)
    if name in _MANY:
        return container(result).but(length=None)
    return result


def _values_and_indices(result: Value) -> Value:
    return container(result.but(scalar=False), result.but(graph=Graph.DETACHED), items=True)
