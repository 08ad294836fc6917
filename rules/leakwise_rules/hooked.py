"""How hooks pile up, and what they keep, of those who keep a handle, or are kept, for longer than a
call."""

import re
from collections.abc import Iterator

from leakwise.facts import (
    Acquisition,
    BodyFacts,
    Callback,
    ClassFacts,
    Fate,
    GradMode,
    Handed,
    Holder,
    Kept,
    Kind,
    Life,
    Loop,
    Place,
    Release,
    Rhythm,
)
from leakwise.facts.apis.conventions import ONCE_METHODS
from leakwise.rule import RelatedPlace
from leakwise_rules.graphs import attribute_of, handed_on
from leakwise_rules.wording import shown


def made_with(body: BodyFacts, acquisition: Acquisition) -> ClassFacts | None:
    """The class of which a loop makes objects that each hook a network which they are given, and
    which keeps them by their hooks from then on. A module that takes it in is its owner."""
    class_ = body.class_
    if body.name != "__init__" or class_ is None or not class_.made_in_loop:
        return None
    if class_.is_module or not class_.bases_known:
        return None
    callback = body.callback_of(acquisition)
    if callback is None or not callback.of_self:
        return None
    paths = [acquisition.receiver, *(path for one in acquisition.loops for path in one.over_paths)]
    return class_ if any(_is_given(body, path) for path in paths) else None


def overwritten(body: BodyFacts, acquisition: Acquisition, fate: Fate) -> bool:
    """Whether each step puts the handle, or a list of handles that it makes anew, where that of the
    last one was, which nobody removed: what removes the one that is there now comes too late for
    the others."""
    if not fate.owners or body.rhythm is not Rhythm.STEP or _joins_others(body, acquisition):
        return False
    if fate.release is not Release.NEVER or fate.handed != {Handed.STORED}:
        return False
    releasing = {name for owner in fate.owners for name in owner.released_by}
    called = {site.method or site.callee for site in body.call_sites}
    # Functions of several classes may have that name.
    itself = body.name in releasing and body.mentions(*acquisition.resource.release)
    return (
        (acquisition.lasting or bool(body.wholes(acquisition)))
        and bool(releasing)
        and not itself
        and releasing.isdisjoint(called)
        and all(one.known and not one.may_pass for one in fate.owners)
    )


def _joins_others(body: BodyFacts, acquisition: Acquisition) -> bool:
    """Whether a container has the handle beside those of earlier calls."""
    kept = [one for one in body.keepings if acquisition.place in one.stored.sources]
    in_comprehension = bool(acquisition.loops) and acquisition.loops[-1].is_comprehension
    return acquisition.gathered and (
        any(one.from_before for one in kept) or not (kept or in_comprehension)
    )


def _is_given(body: BodyFacts, path: str) -> bool:
    """Whether a path leads through a parameter, or an attribute that holds one."""
    root, _, rest = path.partition(".")
    if root == body.instance_name:
        return body.is_given(body.value(f"{root}.{rest.partition('.')[0]}"))
    return root in body.parameters


def runs_per_call(body: BodyFacts, acquisition: Acquisition) -> bool:
    """Whether the function registers once per call, on a module that outlives it: it uses the
    network itself, and not for a whole training, or a loop calls it for the same module."""
    if body.name in (None, "__init__") or body.rhythm is Rhythm.ONCE:
        return False
    if body.perhaps_in_one_call(acquisition):
        return False
    hooked = body.wholes(acquisition)
    trains_it = any(step.loops for step in body.training_steps)
    calls = () if trains_it else body.module_calls
    if any(_runs(call.callee, path) for call in calls for path in hooked):
        return True
    # A loop that calls this may hand it another module each time.
    handed_in = {path.partition(".")[0] for path in hooked} & body.parameters
    if handed_in:
        return not trains_it and any(map(body.given_the_same_again, handed_in))
    return bool(hooked) and _called_again(body)


def removed(body: BodyFacts, callback: Callback) -> bool:
    """Whether a hook is removed where it is registered, after what it is for."""
    taken = _taken(body, callback)
    return taken is not None and body.fate(taken).release >= Release.NORMALLY


def _taken(body: BodyFacts, callback: Callback) -> Acquisition | None:
    """The hook's handle."""
    return next((one for one in body.hooks if one.place == callback.call), None)


def run_in_loops(body: BodyFacts, callback: Callback) -> bool:
    """Whether a function of the file runs a network of the whole file, or a part of it, in a loop
    with its hook on."""
    acquisition = _taken(body, callback)
    receiver = None if acquisition is None else acquisition.receiver
    root = _root(receiver or "")
    return bool(root) and any(
        call.loops and _root(call.callee) == root
        for one in body.file_bodies(root)
        for call in one.module_calls
    )


def _root(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


def _called_again(body: BodyFacts) -> bool:
    """Whether a loop calls the function, other than one that sets an object up."""
    return body.rhythm >= Rhythm.EPOCH or any(
        site.loops and site.value.definition is body.definition
        for caller in body.callers()
        if caller.name != "__init__"
        for site in caller.call_sites
    )


def _runs(callee: str, hooked: str) -> bool:
    """Whether a call of `callee` may run the module at the path `hooked`: it is that module, holds
    it, or is a part of the same network."""
    if f"{hooked}.".startswith(f"{callee}."):
        return True
    ours, theirs = callee.split(".")[:2], hooked.split(".")[:2]
    return ours[0] == theirs[0] and (len(ours) < 2 or ours == theirs)


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
    if class_ is None or body.name is None or not _LETS_GO.search(body.name):
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


_LETS_GO = re.compile(r"^_*(?:release|close|clean_?up|tear_?down|shut_?down|dispose|free|del)_*$")


def way_of_hook(
    acquisition: Acquisition, loop: Loop | None, *, never: bool
) -> Iterator[RelatedPlace]:
    """What registers a hook once more, and what holds its handle."""
    if loop is not None:
        yield RelatedPlace(loop.place, "Each iteration of this loop registers one more hook.")
    if acquisition.bound_to is not None:
        removed = "is never called" if never else "is not called on every path"
        yield RelatedPlace(
            acquisition.statement,
            f"`{shown(acquisition.bound_to)}` holds the handle, but `remove()` {removed}.",
        )


def piled_handles(body: BodyFacts) -> Iterator[tuple[Place, str, Acquisition]]:
    """Where a method removes the hooks whose handles an object has in a list, to which another
    method adds them and that nobody empties; the list, and a hook. By its name it does not let go
    of all that the object has: that goes on and may hook again, as one that is entered again."""
    class_ = body.class_
    if class_ is None or body.name is None or not body.mentions("remove"):
        return
    if not class_.bases_known or _LETS_GO.search(body.name):
        return
    for one in body.loops:
        for path in one.loop.over_paths:
            attribute = attribute_of(path)
            if path != f"{body.instance_name}.{attribute}" or class_.emptied_by(attribute):
                continue
            if not ONCE_METHODS.issuperset(class_.writers(attribute)):
                continue
            taken = _added_again(class_, attribute, body.name)
            if taken is not None:
                yield one.place, path, taken


def _added_again(class_: ClassFacts, attribute: str, remover: str) -> Acquisition | None:
    """A hook whose handle a method that may run again adds to what an attribute holds, from where
    another one removes it."""
    for method in class_.bodies_mentioning(attribute):
        if method.name in ONCE_METHODS:
            continue
        path = f"{method.instance_name}.{attribute}"
        kept = [one for one in method.keepings if one.holder == path and one.how != "item"]
        for taken in method.hooks:
            owners = method.fate(taken).owners
            removed = any(remover in owner.released_by for owner in owners)
            if removed and any(taken.place in one.stored.sources for one in kept):
                return taken
    return None


def how_removed(*, never: bool, replaced: bool) -> str:
    """What becomes of a hook, in words."""
    if replaced:
        return "not removed before the next"
    return "never removed" if never else "not removed on every path"
