"""How long what hooks keep of the outputs that they are given stays with its graph."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Callback, GradMode, Holder, Kept, Kind, Life, Place
from leakwise_rules.graphs import attribute_of, handed_on
from leakwise_rules.hooked import LETS_GO, removed, run_in_loops


def piles_up(body: BodyFacts, callback: Callback, kept: Kept, holder: Holder) -> bool:
    """Whether the holder is there for several passes, and nobody else is known to have it."""
    if holder.life is Life.UNKNOWN:
        return False
    if holder.life >= Life.OBJECT and "." in kept.holder:
        return not removed(body, callback)
    own = holder.life is not Life.PROCESS
    if body.name is not None and own and _known_to_others(body, kept.holder):
        return False
    if removed(body, callback):
        return kept.detached is False and any(
            call.loops and call.grad is GradMode.ON for call in body.module_calls
        )
    if body.name is not None or any(call.loops for call in body.module_calls):
        return True
    return run_in_loops(body, callback)


def _known_to_others(body: BodyFacts, holder: str) -> bool:
    """Whether a body hands a container of its own on, or may do so."""
    given = body.result.returns
    return (
        handed_on(body, frozenset({holder}))
        or (given is not None and given.kind in {Kind.CONTAINER, Kind.UNKNOWN, Kind.INSTANCE})
        or any(given.path == holder for site in body.call_sites for given in site.arguments)
    )


def stays(body: BodyFacts, callback: Callback, kept: Kept, holder: Holder) -> bool:
    """Whether the slot is there when the pass is over, and no loss is made of it in sight."""
    known = callback.function is None or holder.life is not Life.UNKNOWN
    return (
        known
        and (not kept.appended or _emptied_by_methods(body, kept, holder))
        and not removed(body, callback)
        and not body.backpropagated(frozenset({kept.holder}))
    )


def _emptied_by_methods(body: BodyFacts, kept: Kept, holder: Holder) -> bool:
    """Whether what an object gathers stays until one of its methods begins anew: hooks of the
    backward pass let go of it in the same pass."""
    if body.class_ is None or "." not in kept.holder or not holder.limits:
        return False
    hooks = {one.function.name for one in body.callbacks if one.function is not None}
    methods = set(body.class_.methods) - hooks
    return methods.issuperset(limit.function for limit in holder.limits)


def beside_gradients(body: BodyFacts, callback: Callback, kept: Kept) -> bool:
    """Whether an object keeps gradients by hooks, beside the outputs that it keeps: both are looked
    at when the backward pass is over, and nobody starts another one from the outputs. Where these
    are cut in another branch somebody chose."""
    if body.class_ is None or "." not in kept.holder:
        return False
    if any(one.holder == kept.holder and one.detached for one in body.kept_by(callback)):
        return False
    methods = body.class_.bodies_mentioning(*_OF_GRADIENTS)
    return any(
        callback.how in _OF_GRADIENTS and any("." in one.holder for one in method.kept_by(callback))
        for method in methods
        for callback in method.callbacks
    )


_OF_GRADIENTS = ("register_hook", "register_full_backward_hook", "register_backward_hook")


def left_by(body: BodyFacts) -> Iterator[tuple[Place, Kept]]:
    """Where a method that by its name lets go of all that an object has removes its hooks, and what
    these kept with its graph, which stays."""
    class_ = body.class_
    if class_ is None or body.name is None or not LETS_GO.search(body.name):
        return
    removals = body.method_calls("remove")
    if not removals:
        return
    called = {site.method for site in body.call_sites if site.receiver == body.instance_name}
    done = {body.name, *called}
    for method in class_.bodies_mentioning("register_forward_hook", "register_forward_pre_hook"):
        for taken in method.hooks:
            callback = method.callback_of(taken)
            owners = method.fate(taken).owners
            if callback is None or not callback.how.startswith("register_forward"):
                continue
            if not any(body.name in owner.released_by for owner in owners):
                continue
            for kept in method.kept_by(callback):
                attribute = attribute_of(kept.holder)
                writers = {*class_.writers(attribute), *class_.emptied_by(attribute)}
                told = kept.detached is False and attribute and not body.mentions(attribute)
                # A list that nothing empties is told of where the hook keeps more and more.
                grows = kept.appended and writers <= {"__init__"}
                if told and not grows and done.isdisjoint(writers):
                    yield removals[0].place, kept
                    return
