"""What rules ask of the circumstances of a body: its decorators, and under which condition what it
does happens."""

from typing import TYPE_CHECKING

from leakwise.facts.decorators import Decorator, decorators_of
from leakwise.facts.events import Defining, Event
from leakwise.facts.guards import Condition, condition_of

if TYPE_CHECKING:
    from leakwise.facts.definitions import Definition
    from leakwise.facts.module import ModuleFacts


class Circumstances:
    """The part of a body's facts that tells when it, and what it does, happens."""

    module: "ModuleFacts"
    definition: "Definition"

    @property
    def decorators(self) -> tuple[Decorator, ...]:
        """The decorators of this function, the outermost first."""
        return decorators_of(self.module, self.definition)

    @property
    def definings(self) -> tuple[Defining, ...]:
        """Every decorated function that this body makes when it runs."""
        events = self.module.body(self.definition).events
        return tuple(event for event in events if isinstance(event, Defining))

    def condition(self, event: Event) -> Condition:
        """Under which condition an event happens in its innermost loop or, without, this body."""
        return condition_of(self.module, self.definition, event)
