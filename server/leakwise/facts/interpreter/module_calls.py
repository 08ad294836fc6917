"""Calls of networks for their output."""

import ast

from leakwise.facts.apis.torch_classes import has_no_parameters
from leakwise.facts.by_use.evaluation_mode import mode_of
from leakwise.facts.by_use.frozen import may_be_frozen
from leakwise.facts.by_use.module_parameters import may_have_parameters
from leakwise.facts.code.names import path_of, paths_in
from leakwise.facts.interpreter.carrying import CUTS, graph_sources, unmarked
from leakwise.facts.interpreter.containers import holds_graph
from leakwise.facts.interpreter.run import Run, shown
from leakwise.facts.interpreter.tensor_calls import with_graph_of
from leakwise.facts.keeping.renewal import renewing
from leakwise.facts.symbols.questions import is_address
from leakwise.facts.terms.certainty import Certainty
from leakwise.facts.terms.events import GradMode, ModuleCall
from leakwise.facts.terms.storage import Device, stored
from leakwise.facts.terms.values import Graph, Kind, Source, Value, merge_sources


def forward_call(
    run: Run, node: ast.Call, path: str | None, module: Value, arguments: list[Value]
) -> Value:
    """The output of a network, as its own `forward` tells where that is in this file."""
    place = run.place(node)
    own = forward_result(run, module)
    graph = {
        GradMode.ON: Graph.ATTACHED,
        GradMode.OFF: Graph.DETACHED,
        GradMode.UNKNOWN: Graph.UNKNOWN,
    }[run.state.grad]
    sources: frozenset[Source] = frozenset({place})
    for argument in arguments:
        sources = merge_sources(sources, graph_sources(argument))
    if may_cut(run, module):
        sources = unmarked(sources)
    if own is not None and own.kind is Kind.PENDING:
        result = Value(Kind.OUTPUT, certainty=module.certainty, origin=place)
    elif own is not None and own.kind is not Kind.UNKNOWN:
        result = run.computed_here(own).but(origin=place)
        if result.is_tensor and result.graph is Graph.UNKNOWN and _is_computed(run, module):
            sure = result.certainty.weaker(Certainty.LIKELY)
            result = result.but(graph=graph, certainty=sure)
    elif _passes_graphs_on(run, module):
        passed = with_graph_of(run, node, arguments)
        result = passed if module.definition is None else passed.but(kind=Kind.OUTPUT)
    else:
        result = Value(Kind.OUTPUT, graph=graph, certainty=module.certainty, origin=place)
    given = any(one.is_leaf or holds_graph(one) for one in arguments)
    if not given and may_be_frozen(run, path, module):
        result = result.mapped(_unproven)
    result = placed_by(module, arguments, result)
    return _noted(run, node, path, module, result, sources)


def _noted(
    run: Run,
    node: ast.Call,
    path: str | None,
    module: Value,
    result: Value,
    sources: frozenset[Source],
) -> Value:
    """What a call of a network gives, made from all that it is made from; the call is noted."""
    if result.kind is Kind.CONTAINER:
        # Each part goes its own way: `out, state = net(x, state)`.
        result = result.mapped(lambda part: part.made_from(sources) if _may_be_made(part) else part)
    result = result.made_from(sources)
    mode = None if path is None else mode_of(run, path)
    run.outcome.add(
        ModuleCall(
            run.place(node),
            run.loops,
            path or shown(node.func),
            module.portable(),
            result,
            run.state.grad,
            None if mode is None else mode.origin,
            run.statement_place(),
            isinstance(run.statement, ast.Expr) and run.statement.value is node,
            cut=run.cut_call is node,
            renewed_in=renewing(run, paths_in(node.func), run.loops),
        )
    )
    return result


def forward_method(run: Run, node: ast.Call, module: Value, result: Value) -> Value:
    """What `net.forward(x)` gave, whose code was followed: a call of the network, as `net(x)`."""
    path = path_of(node.func.value) if isinstance(node.func, ast.Attribute) else None
    if path is None:
        return result
    return _noted(run, node, path, module, result, frozenset({run.place(node)}))


def _may_be_made(part: Value) -> bool:
    """Whether a part of what a network gives may be made of what it was given."""
    return part.is_tensor or part.kind is Kind.UNKNOWN


def _is_computed(run: Run, module: Value) -> bool:
    """Whether a network of the file computes its output with its parameters, as far as its class
    tells: nothing in its `forward` cuts a graph, or is still to be told of."""
    if module.definition is None or may_cut(run, module) or _passes_graphs_on(run, module):
        return False
    forward = run.module.method(module.definition, "forward")
    return forward is not None and not run.module.summary(forward).waits


def _unproven(value: Value) -> Value:
    """A value whose graph is no more than possible."""
    return value.but(graph=Graph.UNKNOWN) if value.carries_graph else value


def _passes_graphs_on(run: Run, module: Value) -> bool:
    """Whether a network has no parameters, so that its output refers to a graph only where what it
    is given does."""
    if module.graph is Graph.DETACHED:
        return True
    if module.definition is not None:
        return not may_have_parameters(run.module, module.definition)
    return module.name is not None and has_no_parameters(module.name)


def may_cut(run: Run, module: Value) -> bool:
    """Whether a network's own `forward` in this file may cut the graph of what it is given."""
    if module.definition is None:
        return False
    forward = run.module.method(module.definition, "forward")
    return forward is None or forward.mentions(CUTS)


def forward_result(run: Run, module: Value) -> Value | None:
    """What the network's own `forward` gives; None where it gives nothing or is not in sight,
    PENDING where it is in a file whose facts are still to come."""
    if module.definition is not None:
        return run.module.forward_result(module.definition)
    if is_address(module.name):
        return run.module.externals.result(module.name or "", "forward")
    return None


def placed_by(module: Value, arguments: list[Value], result: Value) -> Value:
    """The output where it lies: with its network, or with all that was put in. Wrappers move what
    they are given from the CPU."""
    if result.device is not None or not result.is_tensor:
        return result
    device = module.device
    if device is None and arguments:
        devices = {argument.device for argument in arguments}
        device = devices.pop() if len(devices) == 1 else None
        device = None if device is Device.CPU else device
    if device is None:
        return result
    return result.but(storage=stored(device, result.numbers, result.view))
