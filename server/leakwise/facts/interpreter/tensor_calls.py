"""Functions and methods of tensors: which cut the graph, which keep it, which share storage."""

import ast

from leakwise.facts.apis.dtypes import device_named, numbers_named
from leakwise.facts.apis.torch_methods import (
    CONVERT,
    CUT_GRAPH,
    GIVE_WHOLE,
    LEAVE_TORCH,
    MODULE_EVIDENCE,
    NEW_LIKE,
    PAIRS,
    PAIRS_BY_DIMENSION,
    PERHAPS_COPY,
    PERHAPS_SHOW,
    REDUCE,
    SEVERAL,
    SHOW_PART,
    SHOW_PARTS,
    SHOW_WHOLE,
    SIZES,
    TO_DEVICE,
    TO_FLOATING,
)
from leakwise.facts.code.names import path_of
from leakwise.facts.interpreter.carrying import cut as without_mark
from leakwise.facts.interpreter.carrying import graph_sources, without_paths
from leakwise.facts.interpreter.object_methods import SAMPLES, pair
from leakwise.facts.interpreter.run import Run
from leakwise.facts.terms.events import GradMode
from leakwise.facts.terms.storage import (
    UNSEEN,
    WHOLE_NUMBERS,
    Device,
    Numbers,
    Storage,
    cast,
    computed,
    copied,
    moved,
    perhaps_copied,
    shown_part,
    shown_whole,
    stored,
)
from leakwise.facts.terms.values import (
    NUMBER,
    OTHER,
    SHAPE,
    Certainty,
    Graph,
    Kind,
    Scalar,
    Source,
    Value,
    container,
    merge_sources,
    tensor,
)

_WITHOUT_GRAPH = frozenset({Kind.NUMBER, Kind.OTHER, Kind.CONTAINER, Kind.DEVICE, Kind.ARRAY})
_OF_LIBRARIES = ("torch.", "numpy.", "math.", "builtins.")


def with_graph_of(
    run: Run,
    node: ast.Call,
    arguments: list[Value],
    *,
    name: str = "",
    scalar: Scalar = Scalar.OPEN,
) -> Value:
    """A tensor that a differentiable function makes of its arguments, or several; `name` is the
    last part of the function's."""
    sources: frozenset[Source] = frozenset()
    attached: list[Value] = []
    storages: list[Storage] = []
    settled = True
    for argument in arguments:
        sources = merge_sources(sources, graph_sources(argument))
        parts = [argument] if argument.element is None else [argument, argument.element]
        parts += (one for one in argument.items or () if _records(one))
        for part in parts:
            if part.is_tensor:
                storages.append(part.storage)
            if _records(part):
                attached.append(part)
            elif part.graph is not Graph.DETACHED and not _is_settled(part):
                settled = False
                storages.append(UNSEEN)
    graph = Graph.DETACHED if settled else Graph.UNKNOWN
    certainty = Certainty.SURE
    if attached:
        graph = Graph.ATTACHED
        certainty = attached[0].certainty
    first = storages[0] if storages else UNSEEN
    result = tensor(
        graph,
        scalar=scalar,
        certainty=certainty,
        origin=run.place(node),
        sources=sources,
        storage=_shared(name, first) or computed(*storages[:4]),
    )
    return _as_returned(name, arguments[1:], run.recorded(result))


def _as_returned(name: str, others: list[Value], made: Value) -> Value:
    """What a function or method returns that made a tensor, by what it was given besides."""
    if name in PAIRS:
        return _values_and_indices(made)
    if name in PAIRS_BY_DIMENSION and others and not others[0].is_tensor:
        if others[0].kind in {Kind.NUMBER, Kind.OTHER}:
            return _values_and_indices(made)
        # Along a dimension, or of two tensors.
        return made.but(kind=Kind.OUTPUT, scalar=Scalar.OPEN)
    if name in SHOW_PARTS:
        return container(made).but(length=None)
    if name in SEVERAL:
        return made.but(kind=Kind.OUTPUT, storage=UNSEEN)
    if name == "where" and not others:
        return container(_indices(made)).but(length=None)
    return made


def _records(value: Value) -> bool:
    """Whether what is computed of a value while autograd records has a graph."""
    return value.carries_graph or value.is_leaf or _is_attached_distribution(value)


def _is_attached_distribution(value: Value) -> bool:
    return value.kind is Kind.DISTRIBUTION and value.graph is Graph.ATTACHED


def _is_settled(value: Value) -> bool:
    """Whether it is known that a value without a known graph refers to none."""
    if value.kind is Kind.QUALIFIED:
        return value.name is not None and value.name.startswith(_OF_LIBRARIES)
    return value.kind in _WITHOUT_GRAPH


def _shared(name: str, storage: Storage) -> Storage | None:
    """The storage of what shows that of a tensor; None where a new one is computed."""
    if name in SHOW_PART or name in SHOW_PARTS:
        return shown_part(storage)
    if name in SHOW_WHOLE:
        return shown_whole(storage)
    if name in PERHAPS_COPY:
        return perhaps_copied(storage)
    if name in PERHAPS_SHOW:
        return stored(storage.device, storage.numbers)
    return None


def tensor_method(
    run: Run,
    node: ast.Call,
    name: str,
    receiver: Value,
    positional: list[Value],
    keywords: dict[str, Value],
) -> Value:
    """What a method of a tensor gives."""
    if name in MODULE_EVIDENCE:
        # What was called made a network: it was a class.
        return Value(sources=receiver.sources)
    if name in LEAVE_TORCH:
        if name == "numpy":
            return Value(Kind.ARRAY, storage=shown_whole(receiver.storage))
        if name == "size" and not positional and not keywords:
            return SHAPE
        return NUMBER if name == "item" or name in SIZES else OTHER
    if name in CUT_GRAPH:
        cut = without_paths(receiver).but(
            kind=Kind.TENSOR, graph=Graph.DETACHED, storage=shown_whole(receiver.storage)
        )
        return _in_place(run, node, cut) if name == "detach_" else cut
    if name == "requires_grad_":
        return _in_place(run, node, _requiring(receiver, positional, keywords))
    if name in GIVE_WHOLE or name in NEW_LIKE:
        return _without_graph(name, receiver)
    if receiver.kind is Kind.OUTPUT and name in SAMPLES:
        # It gave a distribution, of whatever library: torch's draw without a graph.
        return tensor(Graph.UNKNOWN, sources=receiver.sources, certainty=Certainty.LIKELY)
    if receiver.kind is Kind.OUTPUT and name in {"keys", "get", "pop", "copy"}:
        return receiver
    if receiver.kind is Kind.OUTPUT and name in {"values", "items"}:
        part = receiver.but(certainty=receiver.certainty.weaker(Certainty.LIKELY))
        return container(container(OTHER, part, items=True) if name == "items" else part)
    if name == "type" and not positional and not keywords:
        return OTHER
    if name == "view" and positional and numbers_named(positional[0]) is not None:
        # The same bits read as numbers of another type.
        seen = shown_whole(receiver.storage)
        converted = _converted(name, receiver, positional, keywords)
        storage = stored(seen.device, converted.numbers, seen.view)
        return converted.but(graph=Graph.DETACHED, storage=storage)
    if name in CONVERT:
        return run.recorded(_converted(name, receiver, positional, keywords))
    return _computed(run, node, name, receiver, [*positional, *keywords.values()])


def _computed(
    run: Run, node: ast.Call, name: str, receiver: Value, arguments: list[Value]
) -> Value:
    graph, certainty = receiver.graph, receiver.certainty
    sources = graph_sources(receiver)
    in_place = name.endswith("_") and not name.endswith("__")
    for argument in arguments:
        if _records(argument) and graph is not Graph.ATTACHED:
            graph, certainty = Graph.ATTACHED, certainty.weaker(argument.certainty)
        sources = merge_sources(sources, graph_sources(argument))
    if receiver.is_leaf and not in_place:
        graph = Graph.ATTACHED
    if graph is Graph.ATTACHED and run.state.grad is not GradMode.ON and not receiver.carries_graph:
        graph = Graph.DETACHED if run.state.grad is GradMode.OFF else Graph.UNKNOWN
    storage = receiver.storage
    if not in_place:
        others = [argument.storage for argument in arguments if argument.is_tensor]
        storage = _shared(name, storage) or computed(storage, *others[:2])
    if name == "clone":
        storage = copied(receiver.storage)
    result = Value(
        Kind.TENSOR,
        graph=graph,
        scalar=_elements(name, receiver, arguments),
        certainty=certainty,
        origin=receiver.origin,
        sources=sources,
        storage=storage,
    )
    if not in_place:
        result = run.recorded(result)
    return _as_returned(name, arguments, result)


def _elements(name: str, receiver: Value, arguments: list[Value]) -> Scalar:
    if arguments:
        return Scalar.OPEN
    return Scalar.SURE if name in REDUCE else receiver.scalar


def _in_place(run: Run, node: ast.Call, changed: Value) -> Value:
    """The result of a method that changes its tensor, which the tensor's name holds from now on."""
    path = path_of(node.func.value) if isinstance(node.func, ast.Attribute) else None
    if path is not None and path in run.state.values:
        run.state.change(path, changed)
    return changed


def left_by(run: Run, target: ast.expr, value: Value) -> Value:
    """What is left of a value that is assigned to a target: `tensor.data = value` takes the
    numbers alone, and what is not known may be a tensor."""
    if not isinstance(target, ast.Attribute) or target.attr != "data" or not value.is_tensor:
        return value
    owner = run.evaluate(target.value)
    if owner.kind is Kind.TENSOR:
        return value.but(graph=Graph.DETACHED)
    return value.but(graph=Graph.UNKNOWN) if owner.kind is Kind.UNKNOWN else value


def _requiring(receiver: Value, positional: list[Value], keywords: dict[str, Value]) -> Value:
    wanted = positional[0] if positional else keywords.get("requires_grad")
    storage = receiver.storage
    asked = wanted is None or wanted.constant is True
    if receiver.kind is Kind.TENSOR and receiver.graph is Graph.UNKNOWN and asked:
        # Nobody asks for gradients of what has a graph already.
        receiver = receiver.but(
            graph=Graph.DETACHED, certainty=receiver.certainty.weaker(Certainty.LIKELY)
        )
    if receiver.graph is not Graph.DETACHED or receiver.kind is not Kind.TENSOR:
        return receiver
    if asked:
        leaf = stored(storage.device, Numbers.FLOATING, storage.view, leaf=True)
        return receiver.but(storage=leaf)
    if wanted is not None and wanted.constant is False:
        return receiver.but(storage=stored(storage.device, storage.numbers, storage.view))
    return receiver.but(graph=Graph.UNKNOWN)


def _without_graph(name: str, receiver: Value) -> Value:
    device = receiver.device
    storage = stored(device, Numbers.WHOLE, WHOLE_NUMBERS.view)
    if name == "new":
        # It may be given a storage to show.
        storage = stored(device)
    elif name in NEW_LIKE:
        storage = computed(receiver.storage)
    return without_mark(receiver).but(kind=Kind.TENSOR, graph=Graph.DETACHED, storage=storage)


def moved_by(
    name: str, receiver: Value, positional: list[Value], keywords: dict[str, Value]
) -> Value:
    """A module, or what is not known, after a method that moves or casts a tensor of it."""
    if name not in CONVERT or name == "type":
        return receiver
    return receiver.but(storage=_converted_storage(name, receiver, positional, keywords))


def note_flag(run: Run, target: ast.expr, value: Value) -> None:
    """Notes `tensor.requires_grad = True`: what is computed of it from now on has a graph."""
    if not isinstance(target, ast.Attribute) or target.attr != "requires_grad":
        return
    path = path_of(target.value)
    held = None if path is None else run.state.values.get(path)
    if path is not None and held is not None and held.kind is Kind.TENSOR:
        run.state.change(path, _requiring(held, [value], {}))


def _converted_storage(
    name: str, receiver: Value, positional: list[Value], keywords: dict[str, Value]
) -> Storage:
    if name in TO_DEVICE:
        return moved(receiver.storage, TO_DEVICE[name])
    if name in TO_FLOATING:
        return cast(receiver.storage, Numbers.FLOATING)
    asked = [*positional[:2], *(keywords[name] for name in _ASKED if name in keywords)]
    if "**" in keywords:
        asked.append(keywords["**"])
    return _as_asked(receiver.storage, asked)


def _converted(
    name: str, receiver: Value, positional: list[Value], keywords: dict[str, Value]
) -> Value:
    """`to`, `cpu`, `float` and their like: the same numbers elsewhere, or of another type."""
    storage = _converted_storage(name, receiver, positional, keywords)
    if storage.numbers is Numbers.WHOLE:
        return without_mark(receiver).but(kind=Kind.TENSOR, graph=Graph.DETACHED, storage=storage)
    graph = receiver.graph
    if receiver.is_leaf:
        # The leaf itself where nothing changes, else a copy that was recorded.
        graph = Graph.UNKNOWN
    return receiver.but(kind=Kind.TENSOR, graph=graph, storage=storage)


_ASKED = ("device", "dtype", "other", "tensor")
"""Keywords of `to` that say where, or of which type; the others say how to copy."""


def _as_asked(storage: Storage, asked: list[Value]) -> Storage:
    numbers: Numbers | None = storage.numbers
    device: Device | None = storage.device
    moves = casts = False
    for one in asked:
        if one.is_tensor:
            device, numbers, moves, casts = one.device, one.numbers, True, True
        elif (named := numbers_named(one)) is not None:
            numbers, casts = named, True
        elif isinstance(one.constant, bool) or one.name == "None":
            continue
        elif moves and one.kind is not Kind.DEVICE:
            # The second argument is a type, or says how to copy.
            numbers, casts = None, True
        else:
            device, moves = device_named(one), True
    if moves:
        storage = moved(storage, device)
    return cast(storage, numbers) if casts else storage


def _values_and_indices(result: Value) -> Value:
    return pair(result.but(scalar=Scalar.OPEN), _indices(result))


def _indices(made: Value) -> Value:
    storage = stored(made.device, Numbers.WHOLE, WHOLE_NUMBERS.view)
    return made.but(graph=Graph.DETACHED, scalar=Scalar.OPEN, storage=storage)
