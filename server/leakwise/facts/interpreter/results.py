"""What the interpreter learned of one body."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from leakwise.facts.terms.events import CallSite, Event, Flows
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.values import UNKNOWN, Kind, Value

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class BodyResult:
    """All that the interpreter learned of a body."""

    events: tuple[Event, ...] = ()
    flows: Flows = field(default_factory=Flows)
    returns: Value | None = None
    """What it returns; None where nothing is returned."""
    exit_values: dict[str, Value] = field(default_factory=dict)
    """The values of paths where the body ends."""
    exit_evaluating: dict[str, Value] = field(default_factory=dict)
    """The networks in evaluation mode where it ends, with the origin of that."""
    _by_type: dict[type[Event], tuple[Event, ...]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    _by_name: dict[str, list[CallSite]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    _by_method: dict[str, list[CallSite]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    _by_place: dict[Place, CallSite] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def of(self, kind: type[E]) -> tuple[E, ...]:
        """The events of one kind; they are sorted once for all that ask."""
        if not self._by_type:
            found: dict[type[Event], list[Event]] = {Event: []}
            for event in self.events:
                found.setdefault(type(event), []).append(event)
            self._by_type.update((one, tuple(events)) for one, events in found.items())
        return self._by_type.get(kind, ())  # type: ignore[return-value]

    def call_at(self, place: Place) -> CallSite | None:
        """The call that stands at a place."""
        if not self._by_place:
            self._by_place.update({site.place: site for site in self.of(CallSite)})
        return self._by_place.get(place)

    def calls_of(self, names: Iterable[str]) -> tuple[CallSite, ...]:
        """The calls of what has one of these qualified names, in order."""
        if not self._by_name:
            self._by_name[""] = []
            for site in self.of(CallSite):
                value = site.value
                if value.kind is Kind.QUALIFIED and value.name is not None:
                    self._by_name.setdefault(value.name, []).append(site)
        wanted = self._by_name.keys() & set(names)
        if len(wanted) <= 1:
            return tuple(site for name in wanted for site in self._by_name[name])
        return tuple(
            site
            for site in self.of(CallSite)
            if site.value.kind is Kind.QUALIFIED and site.value.name in wanted
        )

    def method_calls(self, methods: Iterable[str]) -> tuple[CallSite, ...]:
        """The calls of methods with these names, on what is not an imported module, in order."""
        if not self._by_method:
            self._by_method[""] = []
            for site in self.of(CallSite):
                if site.method:
                    self._by_method.setdefault(site.method, []).append(site)
        wanted = self._by_method.keys() & set(methods)
        if len(wanted) <= 1:
            return tuple(site for method in wanted for site in self._by_method[method])
        return tuple(site for site in self.of(CallSite) if site.method in wanted)


NOT_RUN = BodyResult(returns=UNKNOWN)
"""What is known of a body while it is being interpreted."""
