"""How the hooks pile up of those who keep a handle, or are kept, for longer than a call."""

from leakwise.facts import (
    Acquisition,
    BodyFacts,
    Callback,
    ClassFacts,
    Fate,
    Handed,
    Release,
    Rhythm,
)


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
