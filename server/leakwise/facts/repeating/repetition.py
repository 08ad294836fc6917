"""What runs a function again and again: the loops that call it, and searches that it is handed
to."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from leakwise.facts.apis.searches import SEARCH_METHODS, SEARCHES
from leakwise.facts.code.definitions import Definition
from leakwise.facts.resources.guards import Condition, condition_of
from leakwise.facts.terms.events import Callback, CallSite, Loop
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.values import Kind

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_FEW = 3
_MOST_CALLERS_DEEP = 2


@dataclass(frozen=True, slots=True)
class Repetition:
    """A loop of the body `caller`, or where that is None a search there, that runs a function of
    the file again and again. `place` is that of the loop's head or of what the search is given;
    `calls` are the calls on the way, with their bodies, that of the function itself first."""

    caller: Definition
    loop: Loop | None
    place: Place
    calls: tuple[tuple[Definition, CallSite], ...]


def repetitions(module: "ModuleFacts", definition: Definition) -> tuple[Repetition, ...]:
    """What runs a function again and again, as far as this file tells: more than a few times, and
    not only where a condition lets that happen once."""

    def compute() -> tuple[Repetition, ...]:
        if not definition.is_function:
            return ()
        return tuple(_repetitions(module, definition, (), 0))

    cell = module.query(definition, "repetitions", compute, (), breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def _repetitions(
    module: "ModuleFacts",
    definition: Definition,
    calls: tuple[tuple[Definition, CallSite], ...],
    deep: int,
) -> Iterator[Repetition]:
    for caller, site in _calls(module, definition):
        if caller is definition or condition_of(module, caller, site) is Condition.ONCE:
            continue
        way = (*calls, (caller, site))
        if site.loops and not few(site.loops):
            yield Repetition(caller, site.loops[-1], site.loops[-1].place, way)
        elif not site.loops and caller.is_function and deep < _MOST_CALLERS_DEEP:
            yield from _repetitions(module, caller, way, deep + 1)
    for searcher in module.scopes.mentioning(definition.name):
        if searcher.is_class:
            continue
        for event in module.body(searcher).events:
            if not isinstance(event, Callback) or definition not in (event.function, event.calls):
                continue
            if _is_search(module, searcher, event):
                yield Repetition(searcher, None, event.place, calls)
    yield from _searches_by_object(module, definition, calls)


def _searches_by_object(
    module: "ModuleFacts", definition: Definition, calls: tuple[tuple[Definition, CallSite], ...]
) -> Iterator[Repetition]:
    """The searches that are handed an object, which they call: its `__call__` is what they run."""
    class_ = definition.parent
    if definition.name != "__call__" or class_ is None or not class_.is_class:
        return
    for searcher in module.scopes.mentioning(class_.name):
        for site in () if searcher.is_class else module.facts(searcher).call_sites:
            handed = [one for one in site.arguments if one.value.definition is class_]
            if any(one.value.kind is not Kind.CLASS for one in handed) and _searches(
                module, searcher, site
            ):
                yield Repetition(searcher, None, handed[0].place, calls)


def _calls(module: "ModuleFacts", definition: Definition) -> Iterator[tuple[Definition, CallSite]]:
    """The calls of a function; of a constructor those of its class."""
    class_ = definition.parent
    if definition.name != "__init__" or class_ is None or not class_.is_class:
        yield from module.call_sites(definition)
        return
    for caller in module.scopes.mentioning(class_.name):
        for event in () if caller.is_class else module.body(caller).events:
            if isinstance(event, CallSite) and event.value.definition is class_:
                yield caller, event


def few(loops: tuple[Loop, ...]) -> bool:
    """Whether what stands in some loops is known to run no more than a few times in all."""
    trips = [loop.trips for loop in loops if loop.trips is not None]
    return len(trips) == len(loops) and prod(trips) <= _FEW


def _is_search(module: "ModuleFacts", searcher: Definition, handed: Callback) -> bool:
    site = module.facts(searcher).call_at(handed.call)
    return site is not None and _searches(module, searcher, site)


def _searches(module: "ModuleFacts", searcher: Definition, site: CallSite) -> bool:
    package = SEARCH_METHODS.get(site.method)
    return site.value.name in SEARCHES or (
        package is not None and module.facts(searcher).file_mentions(package)
    )
