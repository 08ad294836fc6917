"""The way of a leak: where a value is made, where it is kept, and what makes that grow."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from leakwise.facts.code.callers import call_sites
from leakwise.facts.code.definitions import Definition
from leakwise.facts.interpreter.state import deep_sources
from leakwise.facts.resources.fates import fates_of
from leakwise.facts.resources.release_paths import Release
from leakwise.facts.terms.events import (
    Accumulation,
    AttributeUpdate,
    Event,
    Keeping,
    Loop,
    ModuleCall,
    Storing,
)
from leakwise.facts.terms.model_events import Construction
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.resource_events import Acquisition, Giving
from leakwise.facts.terms.values import Value

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


class Role(StrEnum):
    """What a place has to do with a leak."""

    MADE = "made"
    """The value comes from here."""
    KEPT = "kept"
    """It is put here where it stays."""
    GROWS = "grows"
    """A loop that does so again and again: of this body, or round a call of it."""
    CALLED = "called"
    """The call of this body in that loop."""
    RELEASED = "released"
    """It is released here, and not on every path."""


@dataclass(frozen=True, slots=True)
class Step:
    """One place of a leak's way."""

    role: Role
    place: Place


def leak_path(module: "ModuleFacts", definition: Definition, event: Event) -> tuple[Step, ...]:
    """The way that leads to an event and makes it a leak, in the order of what happens; each place
    once, and that of the event itself left out."""
    seen = {event.place}
    steps: list[Step] = []
    for step in _steps(module, definition, event):
        if step.place not in seen:
            seen.add(step.place)
            steps.append(step)
    return tuple(steps)


def _steps(module: "ModuleFacts", definition: Definition, event: Event) -> Iterator[Step]:
    made = _value(event)
    if made is not None and made.origin is not None and not event.place.contains(made.origin):
        yield Step(Role.MADE, made.origin)
    if isinstance(event, Acquisition):
        yield from _kept_and_released(module, definition, event)
    elif isinstance(event, (Keeping, Accumulation, AttributeUpdate, Storing)):
        yield Step(Role.KEPT, event.statement)
    loop = growing_loop(event)
    if loop is not None:
        yield Step(Role.GROWS, loop.place)
    elif definition.is_function:
        yield from _calls_in_loops(module, definition)


def _value(event: Event) -> Value | None:
    """The value that an event is about; its smallest part that matters where that is known."""
    if isinstance(event, (Keeping, Accumulation)):
        if event.carrier_values:
            return event.carrier_values[0]
        return event.stored if isinstance(event, Keeping) else event.operand
    return event.value if isinstance(event, (AttributeUpdate, Storing)) else None


def growing_loop(event: Event) -> Loop | None:
    """The innermost loop of the body in which an event happens again for the same holder, or on the
    same receiver."""
    renewed: tuple[Loop, ...] = ()
    if isinstance(event, (Keeping, Accumulation)):
        renewed = event.fresh_in
    elif isinstance(event, Acquisition):
        renewed = event.renewed_in
    elif not isinstance(event, (AttributeUpdate, Storing, Construction, ModuleCall)):
        return None
    return next((loop for loop in reversed(event.loops) if loop not in renewed), None)


def _kept_and_released(
    module: "ModuleFacts", definition: Definition, taken: Acquisition
) -> Iterator[Step]:
    events = module.body(definition).events
    if taken.bound_to is not None:
        yield Step(Role.KEPT, taken.statement)
    for event in events:
        kept = _kept_value(event)
        if kept is not None and taken.place in deep_sources(kept[0]):
            yield Step(Role.KEPT, kept[1])
    fate = fates_of(module, definition).get(taken.place)
    if fate is None or fate.release is not Release.SOMETIMES:
        return
    for event in events:
        if isinstance(event, Giving) and taken.place in event.sources:
            yield Step(Role.RELEASED, event.place)


def _kept_value(event: Event) -> tuple[Value, Place] | None:
    """What an event keeps, and its statement."""
    if isinstance(event, Keeping):
        return event.stored, event.statement
    return (event.value, event.statement) if isinstance(event, Storing) else None


def _calls_in_loops(module: "ModuleFacts", definition: Definition) -> Iterator[Step]:
    """The first call of a body in a loop of this file, with that loop."""
    found = [
        (site.loops[-1].place, site.place)
        for _, site in call_sites(module, definition)[0]
        if site.loops
    ]
    if found:
        loop, call = min(found, key=lambda one: one[1].order())
        yield Step(Role.GROWS, loop)
        yield Step(Role.CALLED, call)
