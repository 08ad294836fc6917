"""What tells of a Keras model that is built or compiled again and again whether the session keeps
growing."""

from math import prod

from leakwise.facts import (
    BodyFacts,
    CallSite,
    Construction,
    Kind,
    Loop,
    ModelUse,
    Place,
    Repetition,
    Rhythm,
    Value,
)
from leakwise.facts.apis.keras import KERAS_CALLBACKS
from leakwise.facts.tensorflow.traced import is_keras_class

_CLEARS = (
    "keras.backend.clear_session",
    "keras.utils.clear_session",
    "tensorflow.compat.v1.keras.backend.clear_session",
    "tensorflow.compat.v1.reset_default_graph",
    "tensorflow.reset_default_graph",
    # A graph of its own is let go with its models.
    "tensorflow.Graph",
)
TRAINING = ("fit", "compile", "train_on_batch", "fit_generator")
"""Methods that make function graphs and the state of an optimizer."""


_FITS = frozenset({"fit", "fit_generator", "train_on_batch"})


def clears(body: BodyFacts, loop: Loop | None) -> bool:
    """Whether the loop, or without one the body, clears the session, or may do so under a name that
    leads nowhere."""
    if body.calls(_CLEARS, loop) or body.waits(loop):
        return True
    return body.mentions("clear_session", "reset_default_graph") and not body.calls(_CLEARS)


def run_again_at(body: BodyFacts) -> Place | None:
    """Where a function is run again and again, for each request of a server too, with no model of
    it kept and no session cleared."""
    for one in body.repetitions:
        if not clears_on_the_way(body, one) and not keeps_models(body, one):
            return one.place
    return body.place if body.answers_requests and not clears(body, None) else None


def clears_on_the_way(body: BodyFacts, repetition: Repetition) -> bool:
    """Whether a function that is run again, or who runs it, clears the session."""
    if clears(body, None):
        return True
    callers = [(caller, site.loops[0] if site.loops else None) for caller, site in repetition.calls]
    return any(clears(body.module.facts(caller), loop) for caller, loop in callers)


def keeps_models(body: BodyFacts, repetition: Repetition) -> bool:
    """Whether who runs a function gathers models that it gives, as for an ensemble, or may keep the
    objects whose constructor it is."""
    if any(
        _holds_model(keeping.stored)
        for caller, _ in repetition.calls
        for keeping in body.module.facts(caller).keepings
    ):
        return True
    if body.name != "__init__":
        return False
    caller, site = repetition.calls[0]
    return repetition.loop is None or not _is_let_go(body.module.facts(caller), body, site)


def _is_let_go(caller: BodyFacts, constructor: BodyFacts, site: CallSite) -> bool:
    """Whether an object is dropped when the round or call that makes it has ended: a name of its
    own holds it, or nothing but a method is called on it, and it is handed to nobody."""
    class_ = constructor.definition.parent
    others = [one for one in caller.call_sites if one.place != site.place]
    if site.loops and site.loops[-1].is_comprehension:
        return False
    if site.bound_to is None:
        return any(
            one.method
            and one.place.contains(site.place)
            and not any(given.place.contains(site.place) for given in one.arguments)
            for one in others
        )
    kept = (one.stored for one in caller.keepings)
    given = (argument.value for one in others for argument in one.arguments)
    return (
        site.bound_to.isidentifier()
        and not caller.gives_away(site.bound_to)
        and not any(
            one.definition is class_ or site.place in one.sources for one in (*kept, *given)
        )
    )


def _holds_model(value: Value) -> bool:
    parts = [value, value.element, *(value.items or ()), *(one for _, one in value.fields or ())]
    return any(part is not None and part.kind is Kind.KERAS_MODEL for part in parts)


def is_used_up(body: BodyFacts, construction: Construction) -> bool:
    """Whether the function that builds a model does not just give it to whoever calls it."""
    given = body.result.returns
    if given is None or not _holds_model(given):
        return True
    # With scores beside it comes a model that is done with.
    beside = given.kind is Kind.CONTAINER
    return beside and any(use.method in _FITS for use in uses_of(body, construction))


def is_told_inside(body: BodyFacts, construction: Construction) -> bool:
    """Whether the function of the file that gives a model among others has trained it, so that what
    is to be told of it is told there."""
    return any(
        one.place == construction.place
        and one.result.kind is Kind.CONTAINER
        and one.value.definition is not None
        and any(use.method in _FITS for use in body.module.facts(one.value.definition).model_uses)
        for one in body.call_sites
    )


def rounds_of(loops: tuple[Loop, ...]) -> int | None:
    """How often the innermost loop's body runs in all; None where that is not known."""
    trips = [loop.trips for loop in loops if loop.trips is not None]
    return prod(trips) if len(trips) == len(loops) else None


def uses_of(body: BodyFacts, construction: Construction) -> list[ModelUse]:
    """The methods that are called on a model in the round or call that builds it."""
    inside = construction.loops[-1:]
    return [
        use
        for use in body.model_uses
        if set(inside) <= set(use.loops)
        and (use.origin == construction.place or use.model == construction.target)
    ]


def is_part(body: BodyFacts, construction: Construction) -> bool:
    """Whether it may be a part of a larger model: one of a class of one's own that is only called,
    one that is called where it is built, or one that another model is built on in the same round.
    """
    built = construction.place
    own_class = construction.what.definition is not None
    return (own_class and not _is_taken_over(body, built)) or any(
        (site.value.origin == built and site.place.contains(built))
        or (
            site.result.kind is Kind.KERAS_MODEL
            and site.loops == construction.loops
            and any(_is_made_of(argument.value, built) for argument in site.arguments)
        )
        for site in body.call_sites
    )


def _is_taken_over(body: BodyFacts, built: Place) -> bool:
    """Whether a model is handed to an object of the file that is no model or layer itself, and so
    does something with it as a whole."""
    return any(
        site.value.kind is Kind.CLASS
        and site.value.definition is not None
        and site.result.kind is Kind.INSTANCE
        and not is_keras_class(body.module.ancestors(site.value.definition).names)
        for site in body.call_sites
        if any(_is_made_of(argument.value, built) for argument in site.arguments)
    )


def _is_made_of(value: Value, built: Place) -> bool:
    parts = (value, *(value.items or ()), value.element)
    return any(
        part is not None and (built in part.sources or part.origin == built) for part in parts
    )


def is_copy(construction: Construction) -> bool:
    """Whether a model has layers of its own, made as those of another one are."""
    return construction.what.name == "keras.models.clone_model"


def is_cached(body: BodyFacts, construction: Construction) -> bool:
    """Whether the function that gives the model keeps it for the next call."""
    if body.cache is not None:
        return True
    site = body.call_at(construction.place)
    made_by = None if site is None else site.value.definition
    return made_by is not None and body.module.cache(made_by) is not None


def kept_on_purpose(body: BodyFacts, construction: Construction) -> bool:
    """Whether the loop, or the function, gathers its models, as for an ensemble."""
    loop = construction.loops[-1] if construction.loops else None
    if loop is not None and loop.is_comprehension:
        return True
    # Of what comes beside a model, such as its scores, that says nothing.
    in_tuple = any(
        one.place == construction.place and one.result.kind is Kind.CONTAINER
        for one in body.call_sites
    )
    return any(
        construction.place in keeping.stored.sources
        and (loop is None or loop in keeping.loops)
        and (not in_tuple or _holds_model(keeping.stored))
        for keeping in body.keepings
    )


def clear_session(body: BodyFacts) -> str:
    """How this file may write `clear_session`; empty where it needs an import first."""
    for name in ("keras.backend.clear_session", "tensorflow.keras.backend.clear_session"):
        if spelling := body.spelling(name):
            return spelling
    return ""


def recompiled_at(body: BodyFacts, site: CallSite) -> Place | None:
    """Where a function is run again and again that compiles a model which stays the same: that of
    a callback, one of its object's, or of the top level of the file. None where another model may
    stand there."""
    path, class_ = site.receiver, body.class_
    if class_ is not None and class_.derives_under(KERAS_CALLBACKS):
        own = path == f"{body.instance_name}.model" and not site.loops
        return body.place if own and body.rhythm >= Rhythm.EPOCH else None
    if site.loops or path is None or any(one.bound_to == path for one in body.call_sites):
        return None
    owner, _, attribute = path.rpartition(".")
    if not (_is_objects_own(body, attribute) if owner else _is_files_own(body, attribute)):
        return None
    if owner and owner != body.instance_name:
        return None
    for repetition in body.repetitions:
        sites = [one for _, one in repetition.calls]
        same = all(
            repetition.loop not in one.renewed_in and (one.receiver or not owner) for one in sites
        )
        if same and not clears_on_the_way(body, repetition):
            return repetition.place
    return None


def _is_objects_own(body: BodyFacts, attribute: str) -> bool:
    """Whether the methods of the class that give an attribute a value do so once."""
    class_ = body.class_
    if class_ is None or not class_.bases_known:
        return False
    writers = [body.module.method(class_.definition, one) for one in class_.writers(attribute)]
    return all(
        one is not None and one is not body.definition and not body.module.facts(one).repetitions
        for one in writers
    )


def _is_files_own(body: BodyFacts, name: str) -> bool:
    """Whether a name is bound once, and at the top level of the file."""
    scopes = body.module.scopes
    shared = any(name in one.global_names() for one in scopes.mentioning(name))
    bound = len(scopes.module.index.bindings_of(name)) == 1
    own = name in body.parameters or body.definition.index.bindings_of(name)
    return bound and not shared and not own
