"""What known frameworks' calls give and do, as tables, and the look-ups in them."""

from collections.abc import Callable
from functools import lru_cache

from leakwise.facts.apis import (
    arrays,
    keras,
    libraries,
    tensorflow,
    torch_classes,
    torch_functions,
)
from leakwise.facts.apis.effects import (
    ARGUMENT,
    DIFFERENTIABLE,
    OTHER,
    Effect,
    Gives,
    instance,
    result,
)
from leakwise.facts.apis.resources import RESOURCES
from leakwise.facts.apis.told import told_effect
from leakwise.facts.terms.values import Kind

__all__ = ["Effect", "Gives", "canonical", "effect_of", "instance_kind"]


@lru_cache(maxsize=20_000)
def canonical(qualified: str) -> str:
    """The one name of what can be reached by several: `tf.keras.Model` is `keras.Model`."""
    for alias, name in keras.ALIASES:
        if qualified == alias or qualified.startswith(alias + "."):
            return canonical(name + qualified[len(alias) :])
    return qualified


@lru_cache(maxsize=20_000)
def instance_kind(qualified: str) -> Kind | None:
    """The kind of an object of a known class; None for an unknown one, or what is no class."""
    effect = effect_of(qualified)
    return effect.kind if effect is not None and effect.gives is Gives.INSTANCE else None


@lru_cache(maxsize=20_000)
def effect_of(qualified: str) -> Effect | None:
    """What calling a qualified name gives; None where the tables do not know."""
    if qualified in _OPAQUE:
        return None
    for table in (
        torch_functions.FUNCTIONS,
        torch_classes.MODULE_FUNCTIONS,
        libraries.LIBRARIES,
        keras.CALLS,
        tensorflow.CALLS,
        arrays.CALLS,
    ):
        if (found := table.get(qualified)) is not None:
            return found
    if (found := told_effect(qualified)) is not None:
        return found
    resource = RESOURCES.get(qualified)
    if resource is not None:
        if resource.of_process:
            return OTHER
        if resource.part is not None:
            return Effect(Gives.INSTANCE, resource.kind, parts=(resource.kind, Kind.UNKNOWN))
        return instance(resource.kind)
    head, _, last = qualified.rpartition(".")
    if not last or not head:
        return None
    finder = _FINDERS.get(head.partition(".")[0])
    if finder is None:
        return None
    return finder(qualified, head + ".", last)


_Finder = Callable[[str, str, str], Effect | None]


def _of_torch(qualified: str, head: str, last: str) -> Effect | None:
    if last[0].isupper():
        if qualified in torch_classes.NOT_MODULES:
            return None
        if qualified in torch_classes.MODULE_BASES:
            return instance(Kind.MODULE)
        kind = _by_prefix(torch_classes.CLASS_PREFIXES, qualified)
        if kind is Kind.MODULE and last.endswith(torch_classes.CRITERION_ENDINGS):
            return instance(Kind.CRITERION)
        return instance(kind) if kind is not None else None
    if head in torch_functions.DIFFERENTIABLE_MODULES:
        if head == "torch." and last.startswith(torch_functions.QUESTIONS):
            return OTHER
        # What ends in `_` changes the tensor that it is given, and gives it back.
        return ARGUMENT if last.endswith("_") else DIFFERENTIABLE
    return ARGUMENT if head == "torch.nn.init." else None


def _of_library(qualified: str, head: str, last: str) -> Effect | None:
    if last[0].isupper():
        if qualified in torch_classes.MODULE_BASES:
            return instance(Kind.MODULE)
        if last.endswith(libraries.NOT_CLASSES):
            return None
        kind = _by_prefix(libraries.CLASS_PREFIXES, qualified)
        return instance(kind) if kind is not None else None
    if head in torch_functions.DIFFERENTIABLE_MODULES:
        return DIFFERENTIABLE
    if head.startswith(libraries.MODULE_FUNCTION_PREFIXES):
        if any(part.endswith(libraries.NOT_CLASSES) for part in head.split(".")):
            # `ResNet18_Weights.DEFAULT.transforms()` prepares images.
            return instance(Kind.TRANSFORM) if last == "transforms" else OTHER
        return instance(Kind.MODULE)
    return None


def _of_transformers(qualified: str, head: str, last: str) -> Effect | None:
    if last in {libraries.PRETRAINED, libraries.FROM_CONFIG}:
        owner = head[:-1].rpartition(".")[2]
        if libraries.is_network(owner):
            return instance(Kind.MODULE)
        return OTHER if any(part in owner for part in libraries.NO_NETWORKS_INSIDE) else None
    if not last[0].isupper():
        return None
    if last.endswith("Trainer"):
        return instance(Kind.TRAINER)
    return instance(Kind.MODULE) if libraries.is_network(last) else None


def _of_keras(qualified: str, head: str, last: str) -> Effect | None:
    if head.startswith(keras.MODEL_PREFIXES) and last[0].isupper():
        return instance(Kind.KERAS_MODEL)
    if last[0].isupper():
        if qualified in keras.LAYER_FUNCTIONS or head.startswith(keras.LAYER_PREFIXES):
            return instance(Kind.KERAS_LAYER)
        kind = _by_prefix(keras.CLASS_PREFIXES, qualified)
        return instance(kind) if kind is not None else None
    if head in keras.TENSOR_MODULES:
        return result(Kind.TF_TENSOR)
    if head == keras.BACKEND and last not in keras.BACKEND_STATE:
        return result(Kind.TF_TENSOR)
    return None


def _of_tensorflow(qualified: str, head: str, last: str) -> Effect | None:
    if head == tensorflow.DATASET_PREFIX:
        return tensorflow.DATASET
    if last[0].isupper():
        if head == tensorflow.V1_OPTIMIZERS and last.endswith("Optimizer"):
            return instance(Kind.OPTIMIZER)
        kind = _by_prefix(tensorflow.CLASS_PREFIXES, qualified)
        return instance(kind) if kind is not None else None
    if head not in tensorflow.TENSOR_MODULES:
        return None
    return OTHER if last.startswith(tensorflow.QUESTIONS) else tensorflow.TENSOR


def _of_arrays(qualified: str, head: str, last: str) -> Effect | None:
    if head.startswith("pandas."):
        return arrays.ARRAY if last.startswith("read_") else None
    return None if last[0].isupper() else arrays.PREFIXES.get(head)


def _by_prefix(prefixes: dict[str, Kind], qualified: str) -> Kind | None:
    """The kind of the longest prefix that a name has; None where it has none, or is unknown."""
    best = ""
    for prefix in prefixes:
        if len(prefix) > len(best) and qualified.startswith(prefix):
            best = prefix
    kind = prefixes.get(best, Kind.UNKNOWN)
    return None if kind is Kind.UNKNOWN else kind


_OPAQUE = torch_functions.OPAQUE | arrays.OPAQUE | tensorflow.OPAQUE
_FINDERS: dict[str, _Finder] = {
    "torch": _of_torch,
    **dict.fromkeys(
        {name.partition(".")[0] for name in libraries.CLASS_PREFIXES}
        | {name.partition(".")[0] for name in torch_functions.DIFFERENTIABLE_MODULES} - {"torch"}
        | {"lightning"},
        _of_library,
    ),
    **dict.fromkeys(("transformers", "trl", "peft", "optimum", "adapters"), _of_transformers),
    "keras": _of_keras,
    "tensorflow": _of_tensorflow,
    **dict.fromkeys(("numpy", "pandas", "math"), _of_arrays),
}
