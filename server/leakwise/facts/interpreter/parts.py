"""Parts of containers that carry a graph: which one does, and where it was put in.

For containers of which it is not kept apart what stands where, and for the place: what carries a
graph among numbers and cut values is to be cut where it is put in.
"""

import ast
from collections.abc import Iterable

from leakwise.facts.interpreter.run import Run
from leakwise.facts.interpreter.state import deep_sources
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.values import Kind, Source, Value


def with_part(
    run: Run, path: str, before: Value, after: Value, node: ast.expr, stored: Value
) -> Value:
    """What a container at a path became, `after`, when the value of `node` was put into it."""
    part = before.part
    if stored.carries_graph:
        part = _one_more(part, stored, run.place(node))
    elif path in stored.sources or any(path in loop.over_paths for loop in run.loops):
        # `for key in losses: losses[key] = losses[key].item()`
        part = None
    return after if part is after.part else after.but(part=part)


def displayed_part(run: Run, held: Value, nodes: Iterable[tuple[ast.expr, Value]]) -> Value:
    """A dict that holds these values, which stand in its display or its call."""
    part: Value | None = None
    for node, value in nodes:
        if value.carries_graph:
            part = _one_more(part, value, run.place(node))
    return held if part is None else held.but(part=part)


def _one_more(part: Value | None, value: Value, place: Place) -> Value:
    if part is None:
        return value.but(origin=place)
    return part if part.origin == place else part.but(origin=None)


def graph_part(value: Value) -> Value | None:
    """The part of a container that carries a graph, as far as it is known apart from the others."""
    part = value.part
    if value.kind is not Kind.CONTAINER or part is None or not part.carries_graph:
        return None
    if value.fields is not None and not any(held.carries_graph for _, held in value.fields):
        # It gave way to another.
        return None
    return part


def put_in(value: Value) -> Place | None:
    """Where the part of a container that carries a graph was put into it, where that is known."""
    part = graph_part(value)
    return None if part is None else part.origin


def handed_out(returned: Value) -> Value:
    """What a function returns, where its callers may look for the places of parts: in a container
    that comes with a loss and that no loss is made of. The graph of what it holds is wanted by
    nobody."""
    items = returned.items
    if items is None:
        return returned.mapped(_placeless)
    return returned.but(
        items=tuple(
            one
            if graph_part(one) is not None and _only_told(one, items)
            else one.mapped(_placeless)
            for one in items
        )
    )


def _only_told(holder: Value, items: Iterable[Value]) -> bool:
    losses = [one for one in items if one.carries_graph]
    own = _paths(holder)
    return bool(losses) and all(own.isdisjoint(_paths(one)) for one in losses)


def _paths(value: Value) -> set[Source]:
    sources = deep_sources(value)
    return {one for one in sources if isinstance(one, str) and one[:1] not in {"<", "~"}}


def _placeless(value: Value) -> Value:
    part = value.part
    return value if part is None else value.but(part=part.but(origin=None))
