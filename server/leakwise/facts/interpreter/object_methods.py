"""Methods and attributes of what frameworks make: distributions, accelerators, arrays, data sets.

Sources: https://docs.pytorch.org/docs/stable/distributions.html;
https://huggingface.co/docs/accelerate/package_reference/accelerator;
https://lightning.ai/docs/fabric/stable/api/fabric_methods.html;
https://www.tensorflow.org/api_docs/python/tf/data/Dataset, /tf/GradientTape, /tf/Graph;
https://numpy.org/doc/stable/reference/arrays.ndarray.html.
"""

from leakwise.facts.apis.keras import MODEL_VARIABLES
from leakwise.facts.apis.tensorflow import DATASET_METHODS
from leakwise.facts.apis.wordlists import words
from leakwise.facts.interpreter.framework_calls import all_arguments
from leakwise.facts.interpreter.run import Run, unknown_call
from leakwise.facts.terms.events import GradMode, TrainingStep
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.storage import Device, copied, shown_whole, stored
from leakwise.facts.terms.values import (
    NUMBER,
    OTHER,
    Graph,
    Kind,
    Value,
    container,
    tensor,
)

SAMPLES = words("sample sample_n")
"""What distributions give without the graph of their parameters; other objects may draw with it."""
_GRADIENT = words(
    "rsample log_prob entropy cdf icdf perplexity mean mode variance stddev probs logits loc scale "
    "rate concentration concentration0 concentration1 covariance_matrix precision_matrix "
    "scale_tril total_count df"
)
_PREPARE = words(
    "prepare prepare_model prepare_optimizer prepare_data_loader prepare_scheduler setup "
    "setup_module setup_optimizers setup_dataloaders unwrap_model"
)
_CONTEXTS = words(
    "autocast accumulate no_sync no_backward_sync main_process_first local_main_process_first "
    "rank_zero_first join_uneven_inputs sharded_model init_module init_tensor profile "
    "maybe_context_parallel as_default device name_scope scope"
)
_GATHER = words("gather gather_for_metrics reduce pad_across_processes all_gather all_reduce")
_STEP = "step"
_ARRAY_VIEWS = words("reshape ravel transpose swapaxes squeeze view T values")
_ARRAY_NUMBERS = words("shape size ndim dtype nbytes itemsize strides flags")
_TENSOR_FACTS = words("shape dtype device name ndim rank op graph")


def object_method(
    run: Run,
    place: Place,
    name: str,
    receiver: Value,
    arguments: list[Value],
    keywords: dict[str, Value],
) -> Value | None:
    """What a method of an object of a known kind gives; None where the kind does not tell."""
    kind = receiver.kind
    if kind is Kind.DISTRIBUTION:
        return _of_distribution(run, name, receiver, [*arguments, *keywords.values()])
    if kind is Kind.ACCELERATOR:
        return _of_accelerator(name, receiver, arguments, keywords)
    if kind is Kind.SCALER and name == _STEP:
        run.outcome.add(TrainingStep(place, run.loops, _STEP))
        return OTHER
    if kind is Kind.SCHEDULER:
        return OTHER
    if kind is Kind.TF_DATASET:
        made = unknown_call(run, [*arguments, *keywords.values()])
        if name not in DATASET_METHODS:
            return made.made_from(receiver.sources)
        steps = made.sources | receiver.sources | {place}
        return Value(Kind.TF_DATASET, name=receiver.name).made_from(steps)
    if kind in {Kind.TF_GRAPH, Kind.WRITER} and name in _CONTEXTS:
        return Value(Kind.CONTEXT)
    if kind is Kind.ARRAY:
        return _of_array(name, receiver)
    if kind is Kind.TF_TENSOR:
        return _of_tf_tensor(name, receiver)
    return None


def _of_distribution(run: Run, name: str, receiver: Value, arguments: list[Value]) -> Value | None:
    if name in SAMPLES:
        return tensor(Graph.DETACHED, certainty=receiver.certainty)
    if name in _GRADIENT:
        attached = receiver.graph is Graph.ATTACHED or any(one.carries_graph for one in arguments)
        graph = Graph.ATTACHED if attached else receiver.graph
        made = tensor(graph, certainty=receiver.certainty, origin=receiver.origin)
        for one in (receiver, *arguments):
            made = made.made_from(one.sources)
        return run.recorded(made)
    return receiver if name == "expand" else None


def distribution(run: Run, made: Value, arguments: list[Value]) -> Value:
    """A distribution over its arguments: it refers to the graph of its parameters."""
    graph = Graph.DETACHED
    for one in arguments:
        if one.carries_graph or one.is_leaf or one.kind is Kind.DISTRIBUTION:
            graph = max(graph, Graph.ATTACHED if one.is_leaf else one.graph)
        elif one.graph is not Graph.DETACHED and one.kind not in {Kind.NUMBER, Kind.OTHER}:
            graph = max(graph, Graph.UNKNOWN)
        made = made.made_from(one.sources)
    if run.state.grad is GradMode.UNKNOWN and graph is Graph.ATTACHED:
        graph = Graph.UNKNOWN
    return made.but(graph=graph)


def _of_accelerator(
    name: str, receiver: Value, arguments: list[Value], keywords: dict[str, Value]
) -> Value | None:
    if name in _PREPARE:
        return all_arguments(arguments or list(keywords.values()))
    if name in _CONTEXTS:
        return Value(Kind.CONTEXT)
    if name in _GATHER and arguments:
        given = arguments[0]
        # Of one process what it was given, of several a copy: perhaps with the graph.
        return given.but(graph=Graph.UNKNOWN) if given.is_tensor else given
    if name == "to_device" and arguments:
        return arguments[0]
    return None


def _of_array(name: str, receiver: Value) -> Value | None:
    if name in {"item", "__len__"}:
        return NUMBER
    if name in {"tolist", "to_dict", "tobytes", "to_csv", "tofile", "iterrows", "itertuples"}:
        return OTHER
    shown = name in _ARRAY_VIEWS
    storage = shown_whole(receiver.storage) if shown else copied(receiver.storage)
    kept = shown or name in {"copy", "astype", "flatten"}
    return receiver.but(storage=storage, element=None, name=receiver.name if kept else None)


def _of_tf_tensor(name: str, receiver: Value) -> Value | None:
    if name == "numpy":
        made = Value(Kind.ARRAY, sources=receiver.sources, storage=stored(Device.CPU))
        copied_from = WEIGHTS if receiver.name == VARIABLES else receiver.name
        return made.but(name=copied_from, certainty=receiver.certainty)
    if name in {"assign", "assign_add", "assign_sub", "value", "read_value", "set_shape"}:
        return receiver
    return None


def object_attribute(owner: Value, name: str) -> Value | None:
    """What an attribute of an object of a known kind holds; None where the kind does not tell."""
    kind = owner.kind
    if kind is Kind.DISTRIBUTION and name in _GRADIENT:
        return tensor(owner.graph, certainty=owner.certainty, origin=owner.origin).made_from(
            owner.sources
        )
    if kind is Kind.ACCELERATOR and name == "device":
        return Value(Kind.DEVICE, storage=stored(Device.EITHER))
    if kind is Kind.ARRAY:
        if name in _ARRAY_NUMBERS:
            return OTHER
        return owner.but(storage=shown_whole(owner.storage)) if name in _ARRAY_VIEWS else None
    if kind is Kind.TF_TENSOR and name in _TENSOR_FACTS:
        return OTHER
    if kind in {Kind.KERAS_MODEL, Kind.KERAS_LAYER} and name in MODEL_VARIABLES:
        variable = Value(Kind.TF_TENSOR, name=VARIABLES, certainty=owner.certainty)
        return container(variable).but(length=None).made_from(owner.sources)
    if kind is Kind.CONTAINER and owner.name == RETURNED and owner.items is not None:
        # `x.max(1).values`: a tuple with names.
        position = {"values": 0, "indices": 1}.get(name)
        return owner.items[position] if position is not None else None
    return None


WEIGHTS = "keras.Model.get_weights"
"""The name of copies of a model's or layer's weights."""
VARIABLES = "keras.Model.variables"
"""The name of the variables of a model or layer: they themselves, no copies."""
RETURNED = "torch.return_types"
"""The name of what `max`, `sort` and their like return: a tuple whose parts have names."""


def pair(first: Value, second: Value) -> Value:
    """What a function returns that gives values and what belongs to them."""
    return container(first, second, items=True).but(name=RETURNED)
