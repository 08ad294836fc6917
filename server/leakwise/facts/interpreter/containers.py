"""Methods of lists, dicts, sets and deques: what is kept, and what is emptied."""

import ast

from leakwise.facts.by_use.proof import proven_part
from leakwise.facts.code.gathering import KEEPING_METHODS
from leakwise.facts.code.names import path_of
from leakwise.facts.interpreter.arithmetic import carriers
from leakwise.facts.interpreter.binding import begins_in_turns, is_from_before, outlives_body
from leakwise.facts.interpreter.parts import graph_part, put_in, with_part
from leakwise.facts.interpreter.rounds import each_of
from leakwise.facts.interpreter.run import Run, shown
from leakwise.facts.interpreter.state import deep_sources
from leakwise.facts.terms.events import Keeping
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.values import (
    OTHER,
    UNKNOWN,
    Certainty,
    Graph,
    Kind,
    Scalar,
    Value,
    container,
    join,
    mapping,
)

_KEEP = frozenset(["append", "appendleft", "add", "put", "put_nowait"])
_KEEP_ALL = KEEPING_METHODS - _KEEP - {"insert"}
_EMPTY = frozenset({"clear"})
_TAKE = frozenset(["pop", "popleft", "popitem", "get"])


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
    if name == "update" and keywords and not arguments:
        arguments = [mapping(tuple(keywords.items()))]
        _update(run, path, receiver, arguments[0])
        return OTHER
    if name in _KEEP_ALL and len(arguments) == 1:
        # The rows of a tensor have its graph.
        rows = arguments[0].but(scalar=Scalar.OPEN) if arguments[0].carries_graph else UNKNOWN
        keep(run, path, receiver, name, node.args[0], arguments[0].element or rows)
        if name == "update":
            _update(run, path, receiver, arguments[0])
        return OTHER
    if name in _TAKE:
        return _take(run, path, name, receiver, arguments)
    if name == "copy":
        return receiver
    element = (each_of(receiver) or receiver.element or UNKNOWN).made_from(receiver.sources)
    if name == "values":
        return receiver.but(element=element, items=None, fields=None, name=None)
    if name == "items":
        return container(container(OTHER, element, items=True)).but(length=receiver.length)
    if name in {"sort", "reverse", "remove", "discard"}:
        _now_holds(run, path, _fewer(receiver))
        return OTHER
    if name in {"keys", "index", "count"}:
        return OTHER
    return None


def _take(run: Run, path: str | None, name: str, receiver: Value, arguments: list[Value]) -> Value:
    """What `pop()`, `get(key)` and their like give; what is taken out is gone."""
    key = arguments[0].constant if arguments else None
    found = None if key is None else receiver.field(key)
    if name != "get" and path is not None:
        # What is taken out again does not pile up.
        run.state.fresh_in[path] = run.loops
        left = _fewer(receiver) if found is None else receiver.without_field(key)
        _now_holds(run, path, left)
        if key is not None:
            run.state.forget(f"{path}[{key!r}]")
    if found is None:
        absent = key is not None and receiver.fields is not None
        found = UNKNOWN if absent else receiver.element or UNKNOWN
        if len(arguments) > 1:
            found = arguments[1] if absent else join(found, arguments[1])
    return found.made_from(receiver.sources)


def _update(run: Run, path: str | None, receiver: Value, given: Value) -> None:
    """`holder.update(given)` where the keys of both are known."""
    if receiver.fields is None or given.fields is None or path is None:
        return
    fields = dict(receiver.fields) | dict(given.fields)
    _now_holds(run, path, mapping(tuple(fields.items())).made_from(receiver.sources))
    for key, _ in given.fields:
        run.state.forget(f"{path}[{key!r}]")


def _now_holds(run: Run, path: str | None, value: Value) -> None:
    """Gives a container of this body another value; one from outside keeps its own."""
    if path is not None and path in run.state.values:
        run.state.change(path, value)


def set_slot(run: Run, path: str, holder: Value, key: object, value: Value, node: ast.expr) -> None:
    """`holder[key] = value` with a constant key, where the holder was made in this body. `node` is
    what the value is made from."""
    if holder.kind is not Kind.CONTAINER or path not in run.state.values:
        return
    element = value if holder.element is None else join(holder.element, value)
    items = holder.items
    if holder.fields is not None:
        holder = holder.with_field(key, value)
    elif items is not None and isinstance(key, int) and -len(items) <= key < len(items):
        changed = list(items)
        changed[key] = value
        holder = holder.but(items=tuple(changed))
    now = holder.but(element=element).made_from(deep_sources(value))
    run.state.change(path, with_part(run, path, holder, now, node, value))


def keep(
    run: Run, path: str | None, holder: Value, how: str, node: ast.expr, stored: Value
) -> None:
    """Notes that a value is put into a container, and joins it to the container's elements; or that
    one with a graph is written into a tensor, which refers to all such graphs from then on."""
    nested = path is None
    if path is None:
        # `groups[key].append(x)`: the outermost container that has a path holds it.
        path = _holding_path(node=run.statement, run=run)
    if path is None:
        run.outcome.store(stored)
        return
    node = _only_one(node) if how in _KEEP_ALL else node
    if holder.kind is Kind.TENSOR:
        # Its numbers are copied; where nothing is recorded no graph comes with them.
        stored = run.recorded(stored)
    stored = proven_part(run, path, stored, node)
    from_before = is_from_before(run, path)
    if from_before or outlives_body(run, path):
        run.outcome.store(stored, path)
    parts: list[tuple[Place, Value]] = []
    if holds_graph(stored) or isinstance(node, _DISPLAYS):
        parts = carriers(run, node)
        if not parts and stored.carries_graph:
            parts = [(run.place(node), stored)]
    part = attached_part(stored)
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
            shown(node),
            tuple(place for place, _ in parts),
            tuple(value for _, value in parts),
            run.state.fresh_in.get(path, ()),
            from_before,
            run.statement_place(),
            put_in=put_in(stored),
            in_turns=begins_in_turns(run, path),
        )
    )
    if holder.kind is Kind.TENSOR:
        if stored.carries_graph:
            write_into(run, path, holder, stored)
        return
    held = holder if holder.kind is Kind.CONTAINER else _ASSUMED.but(element=holder.element)
    now = put_beside(held, stored, path)
    if nested:
        outer = run.state.values.get(path)
        holder = outer if outer is not None and outer.kind is Kind.CONTAINER else _ASSUMED
        now = put_beside(holder, now, path)
    run.state.change(path, with_part(run, path, holder, now, node, stored))


def write_into(run: Run, path: str, holder: Value, written: Value) -> None:
    """Notes that something with a graph is written into a part of the tensor at a path."""
    now = holder.but(graph=Graph.ATTACHED, certainty=written.certainty, scalar=Scalar.OPEN)
    run.state.change(path, run.recorded(now).made_from(deep_sources(written) | {path}))


def put_beside(held: Value, stored: Value, path: str) -> Value:
    """The container at a path with a value put beside what it holds."""
    kept = stored.but(items=None) if stored.items is not None else stored
    # What others may have put in is not known, but what is put in here is.
    element = kept if held.element in (None, UNKNOWN) else join(held.element, kept)
    return held.mixed().but(element=element).made_from(deep_sources(stored) | {path})


_ASSUMED = Value(Kind.CONTAINER, certainty=Certainty.POSSIBLE)
"""What is put into by a container's method, and may drop what it holds by itself."""


def forget_slot(run: Run, path: str, key: ast.expr) -> None:
    """`del holder[key]`."""
    holder = run.state.values.get(path)
    if holder is None or holder.kind is not Kind.CONTAINER:
        return
    if isinstance(key, ast.Constant) and holder.fields is not None:
        left = holder.without_field(key.value)
        run.state.forget(f"{path}[{key.value!r}]")
    else:
        left = _fewer(holder)
    run.state.change(path, left)


def _fewer(holder: Value) -> Value:
    """A container that something was taken out of, or moved in, who knows what."""
    left = holder.mixed()
    return left if left.part is None else left.but(part=None)


_DISPLAYS = (ast.Dict, ast.List, ast.Set, ast.Tuple)


def _only_one(node: ast.expr) -> ast.expr:
    """The element of a list that is written with one: `losses += [loss]` keeps `loss`."""
    if not isinstance(node, (ast.List, ast.Set, ast.Tuple)) or len(node.elts) != 1:
        return node
    return node if isinstance(node.elts[0], ast.Starred) else node.elts[0]


def empty(run: Run, path: str, holder: Value) -> None:
    """Notes that a container is emptied: what is put in later does not join what was there."""
    known = holder if holder.kind is Kind.CONTAINER else Value(Kind.CONTAINER)
    nothing = known.but(element=None, items=None, fields=None, length=0, part=None)
    run.state.bind(path, nothing, run.loops)


def holds_graph(value: Value) -> bool:
    """Whether a value, or a part of it, carries a graph."""
    if graph_part(value) is not None:
        return True
    return any(part.carries_graph for part in (value, *_parts(value)))


def attached_part(value: Value) -> Value:
    """The part of a stored value that carries a graph, or the value itself."""
    found = next((part for part in (value, *_parts(value)) if part.carries_graph), None)
    return found or graph_part(value) or value


def _parts(value: Value) -> tuple[Value, ...]:
    """What a stored value holds, kept apart where that is known."""
    if value.items is not None:
        return value.items
    if value.fields:
        return tuple(part for _, part in value.fields)
    return () if value.element is None else (value.element,)


def _holding_path(node: ast.stmt | None, run: Run) -> str | None:
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return None
    function = node.value.func
    target: ast.expr = function.value if isinstance(function, ast.Attribute) else function
    while (owner := _owner_of_slot(target)) is not None:
        target = owner
    return path_of(target)


def _owner_of_slot(node: ast.expr) -> ast.expr | None:
    """The container of which `groups[key]`, or `groups.setdefault(key, [])`, is a part."""
    if isinstance(node, ast.Subscript):
        return node.value
    function = node.func if isinstance(node, ast.Call) else None
    slot = isinstance(function, ast.Attribute) and function.attr == "setdefault"
    return function.value if slot and isinstance(function, ast.Attribute) else None
