"""What a class of the file has from its bases in other files."""

from typing import TYPE_CHECKING

from leakwise.facts.apis.keras import KERAS_CALLBACKS
from leakwise.facts.code.definitions import Definition
from leakwise.facts.tensorflow.keras_backend import runs_on_tensorflow
from leakwise.facts.terms.values import PENDING, UNKNOWN, Kind, Value

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


def inherited(module: "ModuleFacts", class_: Definition, name: str) -> Value:
    """An attribute or method that only bases in other files have."""
    above = module.ancestors(class_)
    for base in above.outside:
        held = module.externals.attribute(base, above.kind, name)
        if held.kind is not Kind.UNKNOWN:
            return held
    is_callback = any(base.startswith(KERAS_CALLBACKS) for base in above.names)
    if name == "model" and is_callback and runs_on_tensorflow(module):
        # `fit` sets it: https://keras.io/api/callbacks/base_callback/.
        return Value(Kind.KERAS_MODEL, name="keras.Model")
    return PENDING if above.waits else UNKNOWN


def inherited_result(module: "ModuleFacts", class_: Definition, method: str) -> Value | None:
    """What calling a method gives that only bases in other files have; None where none has it, or
    it gives nothing."""
    above = module.ancestors(class_)
    for base in above.outside:
        result = module.externals.result(base, method)
        if result is None or result.kind is not Kind.UNKNOWN:
            return result
    return PENDING if above.waits else None


def outside_writers(module: "ModuleFacts", class_: Definition, name: str) -> tuple[str, ...]:
    """The addresses of the bases in other files whose methods write, empty or cut an attribute."""
    bases = module.ancestors(class_).outside
    return tuple(
        base
        for base in bases
        if (found := module.externals.class_(base)) is not None and name in found.writes
    )
