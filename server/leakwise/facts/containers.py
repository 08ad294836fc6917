"""Methods of lists, dicts, sets and deques: what is kept, and what is emptied."""

import ast

from leakwise.facts.arithmetic import carriers
from leakwise.facts.binding import is_from_before, outlives_body
from leakwise.facts.events import Keeping
from leakwise.facts.names import path_of
from leakwise.facts.places import Place
from leakwise.facts.run import Run, shown
from leakwise.facts.state import deep_sources
from leakwise.facts.values import OTHER, UNKNOWN, Kind, Value, container, join

_KEEP = frozenset(["append", "appendleft", "add", "put", "put_nowait"])
_KEEP_ALL = frozenset(["extend", "extendleft", "update"])
_EMPTY = frozenset({"clear"})
_TAKE = frozenset(["pop", "popleft", "popitem", "get"])
_VIEW = frozenset(["values", "copy"])


def container_method(
    run: Run,
    node: ast.Call,
    function: ast.Attribute,
    receiver: Value,
    arguments: list[Value],
    keywords: dict[str, Value],
) -> Value | None:
    """What a method of a container gives; None where it is not known to be one's.

    What is not known to be a container is taken for one only by `append` and its like.
    """
    name = function.attr
    path = path_of(function.value)
    if name in _KEEP and len(arguments) == 1 and not keywords:
        keep(run, path, receiver, name, node.args[0], arguments[0])
        return OTHER
    if name == "insert" and len(arguments) == 2:
        keep(run, path, receiver, name, node.args[1], arguments[1])
        return OTHER
    if name == "setdefault" and len(arguments) == 2 and receiver.kind is Kind.CONTAINER:
        return arguments[1]
    if name in _EMPTY and not arguments and path is not None:
        empty(run, path, receiver)
        return OTHER
    if receiver.kind is not Kind.CONTAINER:
        return None
    if name in _KEEP_ALL and len(arguments) == 1:
        keep(run, path, receiver, name, node.args[0], arguments[0].element or UNKNOWN)
        return OTHER
    element = (receiver.element or UNKNOWN).made_from(receiver.sources)
    if name in _TAKE:
        if path is not None and name != "get":
            # What is taken out again does not pile up.
            run.state.fresh_in[path] = run.loops
        return element
    if name in _VIEW:
        return receiver.but(items=None, length=None)
    if name == "items":
        return container(container(OTHER, element, items=True)).but(length=None)
    if name in {"keys", "index", "count", "sort", "reverse", "remove", "discard"}:
        return OTHER
    return None


def keep(
    run: Run, path: str | None, holder: Value, how: str, node: ast.expr, stored: Value
) -> None:
    """Notes that a value is put into a container, and joins it to the container's elements."""
    if path is None:
        # `groups[key].append(x)`: the outermost container that has a path holds it.
        path = _holding_path(node=run.statement, run=run)
    if path is None:
        run.outcome.store(stored)
        return
    from_before = is_from_before(run, path)
    if from_before or outlives_body(run, path):
        run.outcome.store(Value(sources=deep_sources(stored) | {path}))
    parts: list[tuple[Place, Value]] = []
    if stored.carries_graph or _holds_graph(stored) or isinstance(node, _DISPLAYS):
        parts = carriers(run, node)
    part = _graph_part(stored)
    if parts and not part.carries_graph:
        part = parts[0][1]
    run.outcome.add(
        Keeping(
            run.place(node),
            run.loops,
            path,
            holder,
            how,
            part,
            shown(node) if parts or stored.kind in _SHOWN else "",
            tuple(place for place, _ in parts),
            tuple(value for _, value in parts),
            run.state.fresh_in.get(path, ()),
            from_before,
            run.statement_place(),
        )
    )
    kept = stored.but(items=None) if stored.items is not None else stored
    element = kept if holder.element is None else join(holder.element, kept)
    sources = deep_sources(stored) | {path}
    held = holder if holder.kind is Kind.CONTAINER else Value(Kind.CONTAINER)
    run.state.change(
        path,
        held.but(element=element, items=None, length=None).made_from(sources),
    )


_DISPLAYS = (ast.Dict, ast.List, ast.Set, ast.Tuple)
_SHOWN = frozenset({Kind.KERAS_MODEL, Kind.HOOK_HANDLE, Kind.MODULE})


def empty(run: Run, path: str, holder: Value) -> None:
    """Notes that a container is emptied: what is put in later does not join what was there."""
    known = holder if holder.kind is Kind.CONTAINER else Value(Kind.CONTAINER)
    run.state.bind(path, known.but(element=None, items=None, length=0), run.loops)


def _holds_graph(value: Value) -> bool:
    if value.items is not None:
        return any(item.carries_graph for item in value.items)
    return value.element is not None and value.element.carries_graph


def _graph_part(value: Value) -> Value:
    """The part of a stored value that carries a graph, or the value itself."""
    if value.carries_graph:
        return value
    for item in value.items or ():
        if item.carries_graph:
            return item
    if value.element is not None and value.element.carries_graph:
        return value.element
    return value


def _holding_path(node: ast.stmt | None, run: Run) -> str | None:
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return None
    function = node.value.func
    target: ast.expr = function.value if isinstance(function, ast.Attribute) else function
    while isinstance(target, ast.Subscript):
        target = target.value
    return path_of(target)
