"""What known frameworks' calls give and do, as tables, and the look-ups in them."""

from functools import cache

from leakwise.facts.apis import keras, torch_classes, torch_functions
from leakwise.facts.apis.effects import DIFFERENTIABLE, Effect, Gives, instance
from leakwise.facts.values import Kind

__all__ = ["Effect", "Gives", "canonical", "effect_of", "instance_kind"]


@cache
def canonical(qualified: str) -> str:
    """The one name of what can be reached by several: `tf.keras.Model` is `keras.Model`."""
    for alias, name in keras.ALIASES:
        if qualified == alias or qualified.startswith(alias + "."):
            return canonical(name + qualified[len(alias) :])
    return qualified


@cache
def instance_kind(qualified: str) -> Kind | None:
    """The kind of an object of a known class; None for an unknown one, or what is no class."""
    effect = effect_of(qualified)
    return effect.kind if effect is not None and effect.gives is Gives.INSTANCE else None


@cache
def effect_of(qualified: str) -> Effect | None:
    """What calling a qualified name gives; None where the tables do not know."""
    for table in (torch_functions.FUNCTIONS, torch_classes.MODULE_FUNCTIONS, keras.CALLS):
        if (found := table.get(qualified)) is not None:
            return found
    head, _, last = qualified.rpartition(".")
    if not last:
        return None
    if last[0].isupper():
        return _class_effect(qualified, head, last)
    if qualified.startswith(torch_classes.MODULE_FUNCTION_PREFIXES):
        return instance(Kind.MODULE)
    if head + "." in torch_functions.DIFFERENTIABLE_MODULES:
        return DIFFERENTIABLE
    if last == torch_classes.PRETRAINED and qualified.startswith("transformers."):
        owner = head.rpartition(".")[2]
        if any(part in owner for part in torch_classes.PRETRAINED_PARTS) and "TF" not in owner:
            return instance(Kind.MODULE)
    return None


def _class_effect(qualified: str, head: str, last: str) -> Effect | None:
    if qualified in torch_classes.NOT_MODULES:
        return None
    if qualified in torch_classes.MODULE_BASES:
        return instance(Kind.MODULE)
    for prefix, kind in torch_classes.CLASS_PREFIXES.items():
        if qualified.startswith(prefix):
            if kind is Kind.MODULE and last.endswith(torch_classes.CRITERION_ENDINGS):
                return instance(Kind.CRITERION)
            return instance(kind)
    if qualified.startswith(keras.MODEL_PREFIXES):
        return instance(Kind.KERAS_MODEL)
    if qualified.startswith(keras.LAYER_PREFIXES) or qualified in keras.LAYER_FUNCTIONS:
        return instance(Kind.KERAS_LAYER)
    return None
