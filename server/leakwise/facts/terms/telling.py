"""Values in sentences, for the users of an editor: what is worth telling of a name."""

from leakwise.facts.terms.storage import Device
from leakwise.facts.terms.values import NONE, Certainty, Graph, Kind, Scalar, Value

_NOT_WORTH = frozenset(
    {
        Kind.UNKNOWN,
        Kind.PENDING,
        Kind.NUMBER,
        Kind.OTHER,
        Kind.FUNCTION,
        Kind.CLASS,
        Kind.INSTANCE,
        Kind.QUALIFIED,
        Kind.DEVICE,
        Kind.EXCEPTION,
        Kind.CONTEXT,
    }
)
_GRAPHS = {
    Graph.ATTACHED: "refers to the autograd graph that made it",
    Graph.DETACHED: "refers to no autograd graph",
    Graph.UNKNOWN: "may refer to an autograd graph",
}
_DEVICES = {
    Device.CPU: "the CPU",
    Device.ACCELERATOR: "the accelerator",
    Device.EITHER: "the CPU or the accelerator",
}
_WITH_GRAPH = {
    Graph.ATTACHED: " with its graph",
    Graph.DETACHED: " without a graph",
    Graph.UNKNOWN: "",
}
_UNTOLD = {Kind.UNKNOWN: "unknown", Kind.PENDING: "unknown", Kind.NUMBER: "a number"}
_MOST_PARTS = 8
"""How many items of a container are told of."""
_OUTPUT = "what a module gave: a tensor, or a structure of tensors"
_VOWELS = "aeio"


def told(value: Value) -> str | None:
    """What is known of a value, as the end of a sentence that its name begins; None where it is
    nothing that Leakwise is about."""
    if not _is_worth_telling(value):
        return None
    words = _container(value) if value.kind is Kind.CONTAINER else _thing(value)
    if value.certainty is Certainty.LIKELY:
        return f"{words} (as it is used or named)"
    return words if value.certainty is Certainty.SURE else f"{words} (not proven)"


def _is_worth_telling(value: Value) -> bool:
    if value.kind is Kind.CONTAINER:
        held = (value.element, *(value.items or ()), *(one for _, one in value.fields or ()))
        return any(one is not None and _is_worth_telling(one) for one in held)
    if value.kind is Kind.AWAITABLE:
        return value.element is not None and _is_worth_telling(value.element)
    return value.kind not in _NOT_WORTH


def _thing(value: Value) -> str:
    """What a value is, with its graph in a clause of its own."""
    if value.is_tensor:
        what = "a tensor" if value.kind is Kind.TENSOR else _OUTPUT
        if value.scalar is Scalar.SURE:
            what += " of one number"
        if value.device is not None:
            what += f" on {_DEVICES[value.device]}"
        return f"{what}; it {_GRAPHS[value.graph]}"
    # Keras 3 has other backends too.
    of_keras = value.kind is Kind.TF_TENSOR and (value.name or "").startswith("keras.")
    kind = "Keras tensor" if of_keras else str(value.kind)
    what = f"{'an' if kind[0] in _VOWELS else 'a'} {kind}"
    return f"{what}, `{value.name}`" if value.name is not None else what


def _container(value: Value) -> str:
    if value.fields:
        held = [f"`{key}` is {_part(one)}" for key, one in value.fields]
    elif value.items is not None:
        held = [_part(one) for one in value.items]
        held[0] = f"its items are {held[0]}" if len(held) > 1 else f"its item is {held[0]}"
    else:
        held = [f"each item is {_part(value.element)}" if value.element is not None else "empty"]
    rest = ["..."] if len(held) > _MOST_PARTS else []
    return f"a container; {', '.join(held[:_MOST_PARTS] + rest)}"


def _part(value: Value) -> str:
    """What a container holds, in few words."""
    if value.kind is Kind.CONTAINER:
        return "a container"
    if value.is_tensor:
        what = "a tensor" if value.kind is Kind.TENSOR else "a module's output"
        return f"{what}{_WITH_GRAPH[value.graph]}"
    if value.kind in _NOT_WORTH:
        return "None" if value.name == NONE.name else _UNTOLD.get(value.kind, "something else")
    return _thing(value)
