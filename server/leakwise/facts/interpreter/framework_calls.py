"""What calls of framework functions and classes give, as their effects tell."""

import ast

from leakwise.facts.apis import Effect
from leakwise.facts.apis.arrays import ARRAY_COPIES, DRAWS, JOINS
from leakwise.facts.apis.dtypes import device_named, numbers_named
from leakwise.facts.interpreter.run import Run, unknown_call
from leakwise.facts.terms.storage import UNSEEN, Device, Numbers, View, stored
from leakwise.facts.terms.values import (
    NUMBER,
    OTHER,
    UNKNOWN,
    Graph,
    Kind,
    Value,
    container,
    tensor,
)

_WRAPPED = ("model", "module", "tensor", "data", "input", "obj", "func", "params")
"""Names under which functions take what they give back."""


def new_tensor(
    run: Run,
    node: ast.Call,
    effect: Effect,
    arguments: list[Value],
    keywords: dict[str, Value],
) -> Value:
    """A tensor that a function makes without a graph, as its keywords say: on which device, of
    which type, as a leaf that requires gradients."""
    base = effect.storage
    device, numbers, view, leaf = base.device, base.numbers, base.view, base.leaf
    first = arguments[0] if arguments else None
    if effect.like and first is not None:
        device = device or first.device
        numbers = numbers or first.numbers
    if "device" in keywords:
        device = device_named(keywords["device"])
    if "dtype" in keywords:
        numbers = numbers_named(keywords["dtype"])
    graph = Graph.DETACHED
    if "**" in keywords:
        # Any of the keywords may be among them.
        device, numbers, graph = None, None, Graph.UNKNOWN
    wanted = keywords.get("requires_grad")
    if leaf and wanted is None and len(arguments) > 1:
        wanted = arguments[1]
    if wanted is not None:
        leaf = wanted.constant is True
        if not isinstance(wanted.constant, bool):
            graph = Graph.UNKNOWN
    if leaf:
        numbers = Numbers.FLOATING
        view = View.SHARED if effect.like else view
    return tensor(graph, origin=run.place(node), storage=stored(device, numbers, view, leaf))


def _own(value: Value) -> Value:
    """A copy of a tensor, which is a leaf where that is one; all else as it is."""
    if not value.is_tensor:
        return value
    storage = value.storage
    return value.but(storage=stored(storage.device, storage.numbers, View.OWN, storage.leaf))


def first_argument(effect: Effect, arguments: list[Value], keywords: dict[str, Value]) -> Value:
    """What a function gives back that wraps its first argument; with `parts` the first of a tuple
    that holds what comes with it."""
    given = arguments[0] if arguments else UNKNOWN
    if not arguments:
        for name in _WRAPPED:
            if name in keywords:
                given = keywords[name]
                break
    if effect.storage.view is View.OWN:
        given = given.mapped(_own)
    if not effect.parts:
        return given
    if given.kind is Kind.UNKNOWN:
        given = given.but(kind=effect.parts[0])
    return container(given, *(Value(kind) for kind in effect.parts[1:]), items=True)


def all_arguments(arguments: list[Value]) -> Value:
    """What a function gives back that wraps each of its arguments."""
    if not arguments:
        return UNKNOWN
    return arguments[0] if len(arguments) == 1 else container(*arguments, items=True)


def device(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    """What `torch.device(...)` gives."""
    named = arguments[0] if arguments else keywords.get("type", keywords.get("device"))
    return Value(Kind.DEVICE, storage=stored(device_named(named)))


def result_of(run: Run, node: ast.Call, effect: Effect, name: str, arguments: list[Value]) -> Value:
    """A value of the effect's kind that is made of the arguments."""
    made = unknown_call(run, arguments)
    if effect.kind is Kind.CONTAINER:
        part = arguments[0] if arguments else UNKNOWN
        return container(part).but(length=None)
    storage = UNSEEN
    if name in DRAWS and _draws_one(node, DRAWS[name], arguments):
        return NUMBER
    if effect.kind is Kind.ARRAY:
        storage = stored(Device.CPU, None, None)
        given = arguments[0] if arguments else UNKNOWN
        copied = given.element or UNKNOWN if name in JOINS else given
        if (name in JOINS or name in ARRAY_COPIES) and copied.kind is Kind.ARRAY:
            name = copied.name or name
    if effect.kind is Kind.TF_DATASET:
        # Its steps can be followed back to here.
        made = made.made_from(frozenset({run.place(node)}))
    return made.but(kind=effect.kind, name=name, storage=storage)


def _draws_one(node: ast.Call, before_size: int, arguments: list[Value]) -> bool:
    """Whether a function that draws numbers is asked for one."""
    sized = len(node.args) > before_size or any(one.arg in {"size", None} for one in node.keywords)
    many = any(one.kind in {Kind.ARRAY, Kind.CONTAINER} for one in arguments)
    return not sized and not many


def several(made: Value, effect: Effect) -> Value:
    """A tuple whose first element is what was made."""
    others = [OTHER if kind is Kind.OTHER else Value(kind) for kind in effect.parts[1:]]
    return container(made, *others, items=True)


_WORKERS = "num_workers"
_WORKERS_AT = 5
"""`DataLoader(dataset, batch_size, shuffle, sampler, batch_sampler, num_workers)`."""


def with_workers(made: Value, arguments: list[Value], keywords: dict[str, Value]) -> Value:
    """A loader with the number of its workers as its constant: 0 where none are asked for."""
    if "**" in keywords:
        return made
    given = arguments[_WORKERS_AT] if len(arguments) > _WORKERS_AT else keywords.get(_WORKERS)
    return made.but(constant=0 if given is None else given.constant)
