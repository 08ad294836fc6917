"""Metrics of torchmetrics: whether they keep every batch, and what their methods give; what losses
and metrics of Keras give.

Sources: https://lightning.ai/docs/torchmetrics/stable/pages/overview.html,
https://keras.io/api/losses/ and https://keras.io/api/metrics/.
"""

from leakwise.facts.apis.metrics import COLLECTIONS, keeps_batches
from leakwise.facts.apis.torch_methods import MODULE_ITSELF
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.values import UNKNOWN, Kind, Value

_COPY = "clone"
_OF_KERAS = ("keras.losses.", "keras.metrics.")
_LAYERS = frozenset({Kind.KERAS_LAYER, Kind.KERAS_MODEL})
_ROOT = "torchmetrics."


def made_metric(
    made: Value, place: Place, arguments: list[Value], keywords: dict[str, Value]
) -> Value:
    """A metric whose constant tells whether it keeps every batch; None where that is not known."""
    made = made.made_from(frozenset({place}))
    name = made.name or ""
    if not name.startswith(_ROOT) or "**" in keywords:
        return made
    if name in COLLECTIONS:
        held = [part for one in (*arguments, *keywords.values()) for part in _metrics_in(one)]
        return made.but(constant=any(one.constant is True for one in held))
    given = frozenset(key for key, value in keywords.items() if value.name != "None")
    return made.but(constant=keeps_batches(name, given))


def _metrics_in(value: Value) -> list[Value]:
    if value.kind is Kind.METRIC:
        return [value]
    found = [value.element, *(value.items or ()), *(held for _, held in value.fields or ())]
    return [part for one in found if one is not None for part in _metrics_in(one)]


def gives_tf_tensor(called: Value) -> bool:
    """Whether calling this gives a tensor of TensorFlow: a model, a layer, or a loss or metric of
    Keras."""
    of_keras = called.kind is Kind.METRIC and (called.name or "").startswith(_OF_KERAS)
    return of_keras or called.kind in _LAYERS


def is_torch_metric(value: Value) -> bool:
    """Whether this is a metric of torchmetrics."""
    return value.kind is Kind.METRIC and (value.name or "").startswith(_ROOT)


def metric_method(name: str, metric: Value) -> Value:
    """What a method of a metric gives: itself where it is moved, and otherwise nothing that could
    reach it."""
    if name in MODULE_ITSELF or name == _COPY:
        return metric
    return UNKNOWN
