"""What a loop's target stands for when the loop goes over values that are told apart."""

import ast
from collections.abc import Iterable

from leakwise.facts.code.names import within
from leakwise.facts.interpreter.parts import graph_part
from leakwise.facts.terms.values import DICT, Graph, Kind, Value, element_of, join


def in_some_round(values: Iterable[Value]) -> Value | None:
    """What is known of `v` in `for v in (a, b, c)`; None where there are no values.

    The loop takes each of them in turn. So if one is a tensor with a graph, the body gets one with
    a graph in some round, though not in each: what the body keeps of it, it keeps then. Where
    not all of them are tensors, the answer says of no more that it is one than `Kind.OUTPUT` does.
    """
    taken = list(values)
    if not taken:
        return None
    joined = taken[0]
    for one in taken[1:]:
        joined = join(joined, one)
    attached = [one for one in taken if one.carries_graph]
    if not attached or joined.carries_graph:
        return joined
    if not all(one.is_tensor or one.kind in _NO_STRUCTURES for one in taken):
        return joined
    found = attached[0]
    for one in attached[1:]:
        found = join(found, one)
    kind = found.kind if joined.is_tensor else Kind.OUTPUT
    return found.but(kind=kind, graph=Graph.ATTACHED, scalar=joined.scalar)


_NO_STRUCTURES = frozenset({Kind.NUMBER, Kind.UNKNOWN})


def each_of(value: Value) -> Value | None:
    """What a loop over the values of a container takes; None where they are not told apart."""
    if value.kind is not Kind.CONTAINER:
        return None
    if value.fields is not None:
        return in_some_round(one for _, one in value.fields)
    if value.items is not None:
        return in_some_round(value.items)
    part = graph_part(value)
    if part is None or value.element is None or value.element.carries_graph:
        return None
    return in_some_round((value.element, part.but(origin=None)))


def looped_over(value: Value) -> Value:
    """What iterating a value gives to the target of a loop, or of a comprehension."""
    items = each_of(value) if value.fields is None and value.name != DICT else None
    return element_of(value) if items is None else items.made_from(value.sources)


def bound_names(target: ast.expr) -> tuple[str, ...]:
    """The names that the target of a loop binds, and not those whose attributes it does."""
    if isinstance(target, ast.Name):
        return (target.id,)
    return tuple(
        name.id
        for name in within(target)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    )
