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
_DEVICES = {Device.CPU: " on the CPU", Device.ACCELERATOR: " on the accelerator"}
_KINDS = {
    Kind.CRITERION: "loss",
    Kind.LOADER: "data loader",
    Kind.SCHEDULER: "scheduler of learning rates",
    Kind.KERAS_MODEL: "Keras model",
    Kind.KERAS_LAYER: "Keras layer",
    Kind.TF_TENSOR: "TensorFlow tensor",
    Kind.TF_FUNCTION: "TensorFlow function",
    Kind.TF_DATASET: "TensorFlow data set",
    Kind.TF_GRAPH: "TensorFlow graph",
}
"""How kinds are called whose own names say it otherwise."""
_ARRAYS = {"numpy": "an array of NumPy", "pandas": "an object of pandas"}
_WITH_GRAPH = {
    Graph.ATTACHED: " with its graph",
    Graph.DETACHED: " without a graph",
    Graph.UNKNOWN: "",
}
_WITH_GRAPHS = {**_WITH_GRAPH, Graph.ATTACHED: " with their graph"}
_UNTOLD = {Kind.UNKNOWN: "unknown", Kind.PENDING: "unknown", Kind.NUMBER: "a number"}
_MOST_PARTS = 8
"""How many items of a container are told of."""
_OUTPUT = "a tensor, or a structure of tensors"
_VOWELS = "aeio"


def told(value: Value) -> str | None:
    """What is known of a value, as the end of a sentence that its name begins; None where it is
    nothing that Leakwise is about."""
    if not _is_worth_telling(value):
        return None
    words = _container(value) if value.kind is Kind.CONTAINER else _thing(value)
    if value.certainty is Certainty.LIKELY:
        return f"{words} (judging by how it is used or named)"
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
            what += _DEVICES.get(value.device, "")
        return f"{what}; it {_GRAPHS[value.graph]}"
    name = value.name or ""
    if value.kind is Kind.ARRAY:
        return f"{_ARRAYS.get(name.partition('.')[0], 'an array or data frame')}, without a graph"
    kind = _KINDS.get(value.kind, str(value.kind))
    if value.kind is Kind.TF_TENSOR and name.startswith("keras."):
        # Keras 3 has other backends too.
        kind = "Keras tensor"
    if value.kind is Kind.METRIC and ".losses." in name:
        kind = "loss"
    what = f"{'an' if kind[0] in _VOWELS else 'a'} {kind}"
    if not name:
        return what
    # What begins with a small letter is no class, but a function that gave it.
    is_class = name.rpartition(".")[2][:1].isupper()
    return (
        f"{what}, `{name}`" if is_class else f"{what}, made by `{name.removeprefix('builtins.')}`"
    )


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
        if value.kind is Kind.OUTPUT:
            return f"one or more tensors{_WITH_GRAPHS[value.graph]}"
        return f"a tensor{_WITH_GRAPH[value.graph]}"
    if value.kind in _NOT_WORTH:
        return "None" if value.name == NONE.name else _UNTOLD.get(value.kind, "something else")
    return _thing(value)
