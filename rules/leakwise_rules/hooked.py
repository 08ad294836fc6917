"""How the hooks pile up of those who keep a handle, or are kept, for longer than a call."""

from leakwise.facts import Acquisition, BodyFacts, ClassFacts, Fate, Handed, Life, Release, Rhythm


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
    """Whether each step puts the handle where that of the last one was, which nobody removed: what
    removes the one that is there now comes too late for the others."""
    if acquisition.gathered or not fate.owners or body.rhythm is not Rhythm.STEP:
        return False
    if body.mentions(*acquisition.resource.release):
        return False
    if fate.release is not Release.NEVER or fate.handed != {Handed.STORED}:
        return False
    releasing = {name for owner in fate.owners for name in owner.released_by}
    called = {site.method for site in body.call_sites}
    return (
        acquisition.lasting
        and bool(releasing)
        and releasing.isdisjoint(called)
        and all(one.life is Life.OBJECT and not one.may_pass for one in fate.owners)
    )


def _is_given(body: BodyFacts, path: str) -> bool:
    """Whether a path leads through a parameter, or an attribute that holds one."""
    root, _, rest = path.partition(".")
    if root == body.instance_name:
        return body.is_given(body.value(f"{root}.{rest.partition('.')[0]}"))
    return root in body.parameters
