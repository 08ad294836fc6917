"""Meters of classes that are not in sight, which add up what they are given by their names."""

import re
from collections.abc import Callable, Iterator

from leakwise.facts import BodyFacts, CallSite, Certainty, GradMode, Kind, Loop, Scalar
from leakwise.facts.interpreter.containers import attached_part
from leakwise.rule import RelatedPlace, Report
from leakwise_rules.graphs import attribute_of
from leakwise_rules.wording import shown

_METER = re.compile(r"(?:Average|Loss)Meters?$")
"""Those of PyTorch's examples, which everybody copies, add tensors as they are:
https://github.com/pytorch/examples/blob/main/imagenet/main.py."""


def unseen_meters(body: BodyFacts, report: Callable[..., Report]) -> Iterator[Report]:
    """The calls that give such a meter a value with its graph, again and again, in a training that
    does not begin it anew."""
    if body.mentions("reset"):
        return
    for site in body.method_calls("update"):
        if site.receiver is None or site.receiver_value.kind is not Kind.UNKNOWN:
            continue
        if site.grad is not GradMode.ON or not site.arguments:
            continue
        given = site.arguments[0]
        value = attached_part(given.value)
        if not value.carries_graph or value.certainty is Certainty.POSSIBLE:
            continue
        made = _made(body, site.receiver)
        if made is None or not _adds_up(body, site, made):
            continue
        whole = (given.place,) if value is given.value else ()
        yield report(
            given.place,
            RelatedPlace(made.place, "The meter is made here, by a class that is not in sight."),
            certainty=value.certainty.weaker(Certainty.LIKELY),
            anchors={"detach": whole, "number": whole if value.scalar is Scalar.SURE else ()},
            through=shown(site.callee),
            turn="iteration" if _outlived(site, made) else "call",
            holder=shown(site.receiver, 24),
            value=shown(given.path or "its argument"),
        )


def _made(body: BodyFacts, path: str) -> CallSite | None:
    """The call that made the meter at a path: here or, of an attribute, in another method."""
    attribute = attribute_of(path)
    own = body.class_ is not None and path == f"{body.instance_name}.{attribute}"
    others = body.class_.bodies_mentioning(attribute) if own and body.class_ is not None else ()
    for one in (body, *others):
        bound = f"{one.instance_name}.{attribute}" if own else path
        for site in one.call_sites:
            if site.bound_to == bound and _METER.search(site.callee):
                return site
    return None


def _outlived(site: CallSite, made: CallSite) -> tuple[Loop, ...]:
    """The loops round a call in which the meter is not made anew."""
    anew = {loop.place for loop in made.loops}
    return tuple(loop for loop in site.loops if loop.place not in anew)


def _adds_up(body: BodyFacts, site: CallSite, made: CallSite) -> bool:
    """Whether the meter outlives a step of the training: a round of a loop, or a call, for which it
    is made elsewhere: it averages over calls."""
    if any(body.uses_up_graphs(loop) for loop in _outlived(site, made)):
        return True
    return body.trains() and not any(one.place == made.place for one in body.call_sites)
