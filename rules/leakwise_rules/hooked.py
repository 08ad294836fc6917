"""How the hooks pile up of those who keep a handle, or are kept, for longer than a call."""

import re
from collections.abc import Iterator

from leakwise.facts import (
    Acquisition,
    BodyFacts,
    Callback,
    ClassFacts,
    Fate,
    Handed,
    Loop,
    Place,
    Release,
    Rhythm,
)
from leakwise.facts.apis.conventions import ONCE_METHODS
from leakwise.rule import RelatedPlace
from leakwise_rules.graphs import attribute_of
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


LETS_GO = re.compile(r"^_*(?:release|close|clean_?up|tear_?down|shut_?down|dispose|free|del)_*$")
"""How methods are named that let go of all that an object has."""


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
    if not class_.bases_known or LETS_GO.search(body.name):
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
