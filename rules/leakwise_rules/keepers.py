"""What rules about values handed to objects of the file share: who keeps them, for how long."""

from collections.abc import Iterator

from leakwise.facts import Accumulation, BodyFacts, Certainty, Keeping, Kind, Value
from leakwise.rule import RelatedPlace
from leakwise_rules.graphs import outlived_loops


def kept_value(event: Accumulation | Keeping) -> tuple[Value, str]:
    """What is kept, and the path of what keeps it."""
    if isinstance(event, Keeping):
        return event.stored, event.holder
    return event.operand, event.target


def kept_text(event: Accumulation | Keeping) -> str:
    """How what is kept is written."""
    return event.stored_text if isinstance(event, Keeping) else event.operand_text


def in_known_container(keeping: Keeping) -> bool:
    """Whether what keeps it is seen to be made: what is not may drop the oldest by itself."""
    holder = keeping.holder_value
    return holder.kind is Kind.CONTAINER and holder.certainty is not Certainty.POSSIBLE


def owner(event: Accumulation | Keeping) -> str:
    """The path of the object whose method keeps it."""
    return event.through.rpartition(".")[0]


def keeper(body: BodyFacts, event: Accumulation | Keeping) -> Iterator[RelatedPlace]:
    """Where the method stands that keeps it."""
    for site in body.call_sites:
        method = site.value.definition
        if method is not None and site.callee == event.through and site.place.contains(event.place):
            yield RelatedPlace(method.place, "This method keeps what it is given.")
            return


def is_slot(event: Accumulation | Keeping) -> bool:
    """Whether it is put at a key that the call may name: the next value takes the same place. A
    tensor that is written to refers to the graphs of all that was."""
    if not isinstance(event, Keeping) or event.how != "item":
        return False
    return event.holder_value.kind is not Kind.TENSOR


def read_for_backward(body: BodyFacts, event: Accumulation | Keeping) -> bool:
    """Whether a backward pass starts from what a method or an attribute of the object gives."""
    object_ = owner(event)
    started = body.result.flows.backward
    if any(isinstance(one, str) and one.startswith(object_ + ".") for one in started):
        return True
    return any(
        site.callee.startswith(object_ + ".")
        and site.value.kind in {Kind.FUNCTION, Kind.QUALIFIED}
        and body.backpropagated(frozenset({site.place}))
        for site in body.call_sites
    )


def reset(body: BodyFacts, event: Accumulation | Keeping, holder: str) -> bool:
    """Whether another method that is called in the same loop gives the holder a new start."""
    object_, loops = owner(event), outlived_loops(event)
    attribute = holder[len(object_) + 1 :].partition(".")[0].partition("[")[0]
    renewing = {f"{object_}.{name}" for name in event.renewed_by}
    for site in body.call_sites:
        method = site.value.definition
        if site.callee in renewing and (not loops or loops[-1] in site.loops):
            return True
        if method is None or site.receiver != object_ or site.callee == event.through:
            continue
        class_ = body.module.class_of(method)
        if class_ is None or method.name not in class_.writers(attribute):
            continue
        if not loops or loops[-1] in site.loops:
            return True
    return False
