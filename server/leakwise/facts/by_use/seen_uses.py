"""What a body can tell by use: of its own names, by what it, those round it and its callers do with
them, and of the attributes of its class."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakwise.facts.by_use.class_use import (
    NO_USE,
    Use,
    Uses,
    uses_in,
    uses_of_attributes,
    uses_of_outer_names,
)
from leakwise.facts.by_use.handed_networks import uses_of_parameters
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.families import enclosing_method
from leakwise.facts.incremental.queries import Reads

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


@dataclass(frozen=True, slots=True)
class SeenUses:
    """What a body can tell of its names, of those of the bodies round it, of what it is handed, and
    of attributes of its `self`; `cells` are what it was read from, `start` the name of `self` and a
    dot."""

    own: Uses
    outer: Uses
    given: Uses
    of_class: Uses
    start: str
    cells: Reads

    def of(self, path: str) -> Use:
        """What is done with what is at a path."""
        own = self.own.get(path, NO_USE)
        if path in self.outer:
            return own.with_(self.outer[path])
        if path in self.given:
            return own.with_(self.given[path])
        if not self.of_class or not path.startswith(self.start):
            return own
        others = self.of_class.get(path[len(self.start) :])
        if others is None:
            return own
        return own.with_(others)


def uses_seen_by(module: "ModuleFacts", definition: Definition) -> SeenUses:
    """What a body can tell by use."""
    own, outer = uses_in(module, definition), uses_of_outer_names(module, definition)
    given = uses_of_parameters(module, definition)
    cells: Reads = {own: None, outer: None, given: None}
    method = enclosing_method(definition)
    if method is None or method.parent is None:
        return SeenUses(own.read(), outer.read(), given.read(), {}, "", cells)
    others = uses_of_attributes(module, method.parent)
    cells[others] = None
    start = f"{method.instance_name()}."
    return SeenUses(own.read(), outer.read(), given.read(), others.read(), start, cells)
