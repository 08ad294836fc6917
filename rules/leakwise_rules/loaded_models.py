"""Calls that load a saved Keras model or a saved function, and whether they load the same again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from leakwise.facts import Argument, BodyFacts, CallSite, Condition, Construction, Loop

_LOADERS = (
    "keras.models.load_model",
    "keras.saving.load_model",
    "tensorflow.saved_model.load",
    "tensorflow_hub.load",
)
_FROM_TEXT = ("keras.models.model_from_json", "keras.models.model_from_yaml")
_WEIGHTS = "load_weights"
_TRAIN = ("fit", "compile", "train_on_batch", "fit_generator")
_HARMLESS = ("builtins.staticmethod", "builtins.classmethod", "typing.override")
_CLEARS = ("clear_session", "reset_default_graph")
_FEW = 3


@dataclass(frozen=True, slots=True)
class Load:
    """A call that gives a trained model, and what tells which: the path of its file, or how a
    published network is asked for."""

    site: CallSite
    names: tuple[Argument, ...]

    @property
    def may_be_the_same(self) -> bool:
        """Whether all that tells which model it is may be the same each time: a path that is made
        by a call may be another one."""
        return all(_is_plain(one) for one in self.names)


def loads(body: BodyFacts) -> Iterator[Load]:
    """Every load in a body."""
    for site in body.calls_of(*_LOADERS):
        if site.arguments:
            yield Load(site, site.arguments)
    for site in body.calls_of(*_FROM_TEXT):
        weights = [one for one in body.method_calls(_WEIGHTS) if one.receiver == site.bound_to]
        if site.bound_to and len(weights) == 1 and weights[0].arguments:
            yield Load(site, weights[0].arguments)
    for site in body.published_networks:
        yield Load(site, site.arguments)


def is_loaded(construction: Construction) -> bool:
    """Whether a model is read from a file and not built."""
    return construction.what.name in _LOADERS or construction.what.name in _FROM_TEXT


def repeating_loop(load: Load) -> Loop | None:
    """The innermost loop that loads the same again."""
    if not load.may_be_the_same:
        return None
    loop = load.site.loops[-1]
    varies = any(loop in one.varies_in for one in load.names)
    if varies or loop.is_comprehension or (loop.trips is not None and loop.trips <= _FEW):
        return None
    return loop


def runs_often(body: BodyFacts, load: Load) -> bool:
    """Whether the function runs for each request or is called in a loop, and loads the same."""
    if body.name is None or body.cache is not None or body.mentions(*_CLEARS):
        return False
    first = load.names[0] if load.names else None
    path = (first and first.path) or ""
    if path in body.parameters:
        if not body.given_the_same_again(path):
            return False
    elif any(_root(one) in body.parameters for one in load.names):
        return False
    local = bool(path) and "." not in path
    bound_here = local and body.definition.index.bindings_of(path)
    if (first is not None and not _is_plain(first)) or bound_here:
        return False
    if any(one.name not in _HARMLESS for one in body.decorators if not one.answers):
        # What another decorator does is not known: it may keep the result.
        return False
    name = load.site.bound_to
    if name is not None and _serves_a_whole_job(body, name):
        return False
    if name is None or body.gives_away(name):
        # What is given away may be kept by the caller.
        used_up = body.is_dependency or _is_used_up_by_callers(body, load)
        return path not in body.parameters and used_up
    return "." not in name and (path in body.parameters or body.asked_again)


def _serves_a_whole_job(body: BodyFacts, name: str) -> bool:
    """Whether all that one call of a function goes through is given to the model that it loads, and
    nothing tells that it is called again: neither a request nor a loop of this file."""
    asked = [one for one in body.call_sites if name in (one.callee, one.receiver)]
    if not asked or any(not one.loops for one in asked):
        return False
    return not (body.repetitions or body.answers_requests)


def _is_used_up_by_callers(body: BodyFacts, load: Load) -> bool:
    """Whether this function gives what it loads, and a body that is asked again and again keeps it
    no longer than it runs."""
    given = body.result.returns
    if given is None or given.origin != load.site.place:
        return False
    for caller in body.callers():
        for site in caller.call_sites:
            if site.value.definition is body.definition and _is_used_up(caller, site):
                return True
    return False


def _is_used_up(caller: BodyFacts, site: CallSite) -> bool:
    name = site.bound_to
    return (
        name is not None
        and "." not in name
        and caller.name is not None
        and caller.cache is None
        and caller.asked_again
        and not site.loops
        and not caller.mentions(*_CLEARS)
        and not caller.gives_away(name)
        and caller.condition(site) is Condition.ALWAYS
        and not is_changed(caller, site)
    )


def is_changed(body: BodyFacts, site: CallSite) -> bool:
    """Whether what is loaded is trained, kept, handed on or built upon, so that it has to be
    fresh."""
    if any(use.origin == site.place and use.method in _TRAIN for use in body.model_uses):
        return True
    known = {load.site.place for load in loads(body)} | {site.place}
    if any(one.place not in known for one in body.constructions):
        return True
    name = site.bound_to
    if name is None:
        return False
    return any(one.path == name for other in body.call_sites for one in other.arguments) or any(
        other.receiver == name and other.method in _TRAIN for other in body.call_sites
    )


def _root(argument: Argument) -> str:
    return re.split(r"[.\[]", argument.path or "")[0]


def _is_plain(argument: Argument) -> bool:
    """Whether it is a path or written out."""
    items = argument.value.items or ()
    written_out = bool(items) and all(one.constant is not None for one in items)
    return bool(argument.path) or argument.value.constant is not None or written_out
