"""What trainers hand to the methods that one writes for them."""

from typing import TYPE_CHECKING

from leakwise.facts.apis.trainers import (
    EVALUATED_BATCH_ENDS,
    EVALUATION_STEPS,
    HANDED_NETWORKS,
    HANDED_RESULTS,
)
from leakwise.facts.code.definitions import Definition
from leakwise.facts.terms.storage import Device, stored
from leakwise.facts.terms.values import Certainty, Graph, Kind, Value

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


def handed_by_trainer(
    module: "ModuleFacts", definition: Definition, name: str, known: Value
) -> Value:
    """What a parameter holds, of which so much is known by its annotation and by calls in the
    file."""
    class_ = definition.parent
    if class_ is None or not class_.is_class:
        return known
    bases = HANDED_NETWORKS.get(name)
    if known.kind is Kind.UNKNOWN and bases is not None:
        if not bases.isdisjoint(module.ancestors(class_).names):
            return Value(Kind.MODULE, certainty=Certainty.LIKELY)
    elif definition.name in EVALUATED_BATCH_ENDS and _is_open(known):
        names = [one.arg for one in definition.parameters()][1:]
        above = module.ancestors(class_).names
        for classes, positions in HANDED_RESULTS:
            if name in names and names.index(name) in positions and not classes.isdisjoint(above):
                return _RESULT
    return known


_RESULT = Value(
    Kind.OUTPUT,
    graph=Graph.DETACHED,
    certainty=Certainty.LIKELY,
    storage=stored(device=Device.EITHER),
)


def _is_open(value: Value) -> bool:
    return value.kind is Kind.UNKNOWN or (value.is_tensor and value.device is None)


def evaluates_for_trainer(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a framework's trainer calls a method for each batch of an evaluation."""
    class_ = definition.parent
    if definition.name not in EVALUATION_STEPS or class_ is None or not class_.is_class:
        return False
    above = module.ancestors(class_).names
    return any(not classes.isdisjoint(above) for classes, _ in HANDED_RESULTS)
