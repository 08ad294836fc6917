"""What rules about results share that trainers' methods gather: whether these stay, and where they
lie."""

from leakwise.facts import BodyFacts, Certainty, Keeping, LimitKind, Rhythm
from leakwise.facts.terms.storage import Device
from leakwise.rule import RelatedPlace
from leakwise_rules.graphs import attribute_of

GATHERS = ("all_gather", "all_gather_into_tensor", "all_reduce", "gather", "gather_for_metrics")
"""Calls that hand tensors to other processes, for which they must lie on the device."""

Found = tuple[tuple[RelatedPlace, ...], Certainty, str]
"""Where a value comes from and what happens again and again, how sure it is that the value lies on
an accelerator, and each of what keeps one more."""


def in_step(body: BodyFacts, keeping: Keeping) -> Found | None:
    """What a method that a trainer calls for each batch gathers over the whole evaluation, of what
    a network gives or the trainer hands to it: both lie where the trainer computes."""
    if not keeping.from_before or keeping.stored.device is Device.CPU:
        return None
    if not _stays(body, keeping):
        return None
    for call in body.module_calls:
        if call.place in keeping.stored.sources:
            made = RelatedPlace(call.place, "The network gives it on the trainer's device.")
            again = RelatedPlace(body.place, "The trainer calls this for each batch.")
            return (made, again), Certainty.LIKELY, "batch"
    if keeping.stored.device is Device.EITHER and body.is_given(keeping.stored):
        handed = "The trainer calls this for each batch, and hands over what lies on its device."
        return (RelatedPlace(body.place, handed),), Certainty.LIKELY, "batch"
    return None


def _stays(body: BodyFacts, keeping: Keeping) -> bool:
    """Whether nothing but the beginning or the end of an evaluation is known to empty what keeps
    it, and no process hands it to others from there."""
    holder, class_ = body.holder(keeping), body.class_
    if holder is None or class_ is None or not holder.outlives_call:
        return False
    others = class_.bodies_mentioning(attribute_of(keeping.holder))
    return all(
        limit.how is LimitKind.EMPTIED and limit.rhythm in {Rhythm.EPOCH, Rhythm.ONCE}
        for limit in holder.limits
    ) and not any(other.mentions(*GATHERS) for other in others)
