"""What functions give that are not known but by use: others of their results are backpropagated."""

import ast

from leakwise.facts.by_use.loss_functions import is_loss_function, makes_graphs
from leakwise.facts.code.names import path_of
from leakwise.facts.interpreter.carrying import graph_sources
from leakwise.facts.interpreter.containers import holds_graph
from leakwise.facts.interpreter.run import Run, unknown_call
from leakwise.facts.interpreter.tensor_calls import with_graph_of
from leakwise.facts.terms.events import GradMode
from leakwise.facts.terms.values import Certainty, Graph, Kind, Scalar, Value, merge_sources


def loss_by_use(run: Run, node: ast.Call, callee: Value, arguments: list[Value]) -> Value | None:
    """What a criterion makes of something with a graph; None where it is not known to be one."""
    if callee.kind is not Kind.UNKNOWN or not any(map(holds_graph, arguments)):
        return None
    path = path_of(node.func)
    if path is None or not is_loss_function(run.module, run.definition, path):
        return None
    made = with_graph_of(run, node, arguments, scalar=Scalar.LIKELY)
    return made.but(certainty=made.certainty.weaker(Certainty.LIKELY))


def output_by_use(run: Run, node: ast.Call, callee: Value, arguments: list[Value]) -> Value | None:
    """What a network gives that is none but by use; None where that is not known, or where nothing
    may be recorded."""
    if callee.kind is not Kind.UNKNOWN or run.state.grad is not GradMode.ON:
        return None
    path = path_of(node.func)
    if path is None or not makes_graphs(run.module, run.definition, path):
        return None
    if getattr(run.statement, "value", None) is node and (
        run.evidence.names.get(id(run.statement)) or run.bound_to is None
    ):
        # Of the loss itself, or of what holds it, more is known; of several parts one may carry it.
        return None
    place = run.place(node)
    sources = merge_sources(unknown_call(run, arguments).sources, frozenset({place}))
    for argument in arguments:
        sources = merge_sources(sources, graph_sources(argument))
    return Value(
        Kind.OUTPUT,
        graph=Graph.ATTACHED,
        certainty=Certainty.LIKELY,
        origin=place,
        sources=sources,
    )
