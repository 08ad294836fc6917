"""Functions that run again and again because they answer one question after another: a web
framework calls them for each request, a loop of the file does, or others ask them for what they
compute."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leakwise.facts.apis.conventions import ONCE_METHODS
from leakwise.facts.code.callers import mentioned_by, sites_in
from leakwise.facts.code.decorators import Decorator, decorators_of
from leakwise.facts.code.definitions import Definition
from leakwise.facts.interpreter.state import root_of
from leakwise.facts.repeating.answers import answers_others, handles_requests, is_public
from leakwise.facts.repeating.handed_functions import (
    handles_events,
    is_dependency,
    takes_handed_functions,
)
from leakwise.facts.resources.guards import Condition, condition_of
from leakwise.facts.terms.events import Callback, CallSite, Loop
from leakwise.facts.terms.lifetimes import Rhythm

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_FEW = 3
_MOST_CALLERS_DEEP = 2
_PROPERTY = "builtins.property"
_KEEPING_WORDS = (
    "cache",
    "memo",
    "once",
    "lazy",
    "single",
    "property",
    "command",
    "task",
    "fixture",
)
_REMAKING = ("tensorflow.", "keras.", "torch.", "jax.", "functools.")
_PLAIN = frozenset({"builtins.staticmethod", "builtins.classmethod", "typing.override", _PROPERTY})


def asked_again(module: "ModuleFacts", definition: Definition, deep: int = 0) -> bool:
    """Whether a function runs again and again on what stays the same: see `BodyFacts.asked_again`.

    A decorator may run it once and keep the answer, or make a command of it: unknown ones count as
    checks round a method where their names do not say so.
    """
    if not definition.is_function or definition.name in ONCE_METHODS:
        return False

    def compute() -> bool:
        others = [one for one in decorators_of(module, definition) if one.name not in _PLAIN]
        if others and all(one.answers for one in others):
            return True
        if any(not _runs_each_time(one) for one in others):
            return False
        if others and not definition.is_method:
            return False
        if any(one.name == _PROPERTY for one in decorators_of(module, definition)):
            return True
        if definition.is_method and module.rhythm(definition) >= Rhythm.EPOCH:
            return True
        return (
            handles_requests(module, definition)
            or is_dependency(module, definition)
            or handles_events(module, definition)
            or _by_calls(module, definition, deep)
            or _asked_by_others(module, definition)
        )

    cell = module.query(definition, ("asked again", deep), compute, False, breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def seems_asked_again(module: "ModuleFacts", definition: Definition, deep: int = 0) -> bool:
    """Whether a function may be asked again, as far as the names tell that stand in the file: where
    this is not so, it is not, and nothing has to be interpreted for that."""
    if not definition.is_function or definition.name in ONCE_METHODS:
        return False
    if definition.is_decorated() or takes_handed_functions(module):
        return True

    def compute() -> bool:
        definition.code.read()
        if handles_requests(module, definition) or (
            is_public(module, definition) and definition.parameter_names()
        ):
            return True
        callers = [
            one
            for one in mentioned_by(module, definition)
            if not (one.is_class or one is definition)
        ]
        return any(
            module.has_trait(one, "loop")
            or module.has_trait(one, "hook")
            or (deep <= _MOST_CALLERS_DEEP and seems_asked_again(module, one, deep + 1))
            for one in callers
        ) or (definition.is_method and not callers and module.rhythm(definition) >= Rhythm.EPOCH)

    key = ("seems asked again", deep)
    return module.query(definition, key, compute, False).read()  # type: ignore[no-any-return]


def _runs_each_time(decorator: Decorator) -> bool:
    """Whether a decorator seems to run what it decorates at each call."""
    written = decorator.written.lower()
    if decorator.name is not None and decorator.name.startswith(_REMAKING):
        return False
    return not any(word in written for word in _KEEPING_WORDS)


def called_in_loop(
    module: "ModuleFacts", definition: Definition, outlived_by: str = "", through: int = 0
) -> bool:
    """Whether a loop in this file calls a function, or hands it to an optimizer's step, which calls
    it: https://docs.pytorch.org/docs/stable/optim.html#optimizer-step-closure. With `outlived_by`,
    only loops that do not bind the name which this path begins with in each round. The loop may
    call it `through` so many others, which always do."""
    name = root_of(outlived_by)

    def compute() -> bool:
        if not seems_called_in_loop(module, definition, through):
            return False
        return any(
            not (name and loop.rebinds(name))
            for loops in _loops_round_calls(module, definition)
            for loop in loops
        ) or (
            through > 0
            and any(
                condition_of(module, caller, site) is Condition.ALWAYS
                and called_in_loop(module, caller, outlived_by, through - 1)
                for caller in mentioned_by(module, definition)
                if caller is not definition
                and caller.is_function
                # Others need not be interpreted for the calls in them.
                and seems_called_in_loop(module, caller, through - 1)
                for site in sites_in(module, caller, definition)
            )
        )

    key = ("looped", name, through)
    return module.query(definition, key, compute, False).read()  # type: ignore[no-any-return]


def seems_called_in_loop(module: "ModuleFacts", definition: Definition, through: int) -> bool:
    """Whether a loop stands in a body that mentions a function, or one that may call it. Where this
    is not so, no loop calls it."""

    def compute() -> bool:
        callers = mentioned_by(module, definition)
        return any(module.has_trait(one, "loop") for one in callers) or (
            through > 0
            and any(
                one is not definition
                and one.is_function
                and seems_called_in_loop(module, one, through - 1)
                for one in callers
            )
        )

    key = ("seems looped", through)
    return module.query(definition, key, compute, False).read()  # type: ignore[no-any-return]


def _loops_round_calls(module: "ModuleFacts", definition: Definition) -> Iterator[tuple[Loop, ...]]:
    for caller in mentioned_by(module, definition):
        for site in sites_in(module, caller, definition) if _has_loops(module, caller) else ():
            yield site.loops
    for scope in module.scopes.mentioning(definition.name):
        if scope.is_class or not _has_loops(module, scope):
            continue
        for event in module.body(scope).events:
            if isinstance(event, Callback) and event.function is definition:
                yield event.loops if event.how == "step" else ()


def _has_loops(module: "ModuleFacts", definition: Definition) -> bool:
    return module.has_trait(definition, "loop")


def repeats(site: CallSite) -> bool:
    """Whether a call stands in a loop of more than a few rounds, whose every round calls it on the
    same object."""
    return any(
        loop not in site.renewed_in and (loop.trips is None or loop.trips > _FEW)
        for loop in site.loops
    )


def _by_calls(module: "ModuleFacts", definition: Definition, deep: int) -> bool:
    for caller, site in module.call_sites(definition):
        if caller is definition or condition_of(module, caller, site) is Condition.ONCE:
            continue
        if repeats(site):
            return True
        if "." in (site.bound_to or ""):
            # The object keeps the answer, as a cache does.
            continue
        if deep < _MOST_CALLERS_DEEP and asked_again(module, caller, deep + 1):
            return True
    return False


def _asked_by_others(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a function answers the questions of others, and is no part of a program that runs it
    once."""
    if not answers_others(module, definition) or module.rhythm(definition) is Rhythm.ONCE:
        return False
    if not definition.is_method and module.call_sites(definition):
        # A script's own function runs once where all that calls it does.
        return False
    return not _only_once(module, definition)


def may_be_asked_again(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether others may call a method again and again: see `BodyFacts.may_be_asked_again`."""
    public = definition.is_method and not definition.name.startswith("_")
    return public and not _only_once(module, definition)


def _only_once(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether all calls of a function that this file has stand where something begins: in a
    constructor, in what runs once, or under a condition that holds once."""
    seen = module.call_sites(definition)
    return bool(seen) and all(
        module.rhythm(caller) is Rhythm.ONCE or condition_of(module, caller, site) is Condition.ONCE
        for caller, site in seen
    )


def given_the_same_again(module: "ModuleFacts", definition: Definition, parameter: str) -> bool:
    """Whether a loop calls a function with the same for one parameter in each round: a constant or
    a path that the loop does not bind."""
    names = [one.arg for one in definition.parameters()]
    if parameter not in names or definition.index.bindings_of(parameter):
        return False
    position = names.index(parameter) - (definition.instance_name() is not None)
    for _, site in module.call_sites(definition):
        given = site.argument(parameter, position)
        if given is None or given.keyword in {"*", "**"}:
            continue
        if given.path is None and given.value.constant is None:
            continue
        if any(
            loop not in given.varies_in
            and loop not in given.fresh_in
            and (loop.trips is None or loop.trips > _FEW)
            for loop in site.loops
        ):
            return True
    return False
