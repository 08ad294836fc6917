"""Who calls a function of the file, and how."""

from typing import TYPE_CHECKING

from leakwise.facts.definitions import Definition
from leakwise.facts.events import CallSite, GradMode
from leakwise.facts.interpretation import decorators_known

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


def call_sites(module: "ModuleFacts", definition: Definition) -> tuple[list[CallSite], bool]:
    """The calls of a function in this file, and whether every mention of its name is one."""
    sites: list[CallSite] = []
    all_seen = True
    for caller in module.scopes.mentioning(definition.name):
        found = [
            event
            for event in module.body(caller).events
            if isinstance(event, CallSite) and event.value.definition is definition
        ]
        if not found and caller is not definition and caller is not definition.parent:
            all_seen = all_seen and caller is module.scopes.module
        sites.extend(found)
    return sites, all_seen


def callers_grad(module: "ModuleFacts", definition: Definition) -> GradMode | None:
    """The grad mode in which a function is run; see `BodyFacts.callers_grad`."""
    if not definition.is_function:
        return None
    if not decorators_known(module, definition):
        return GradMode.UNKNOWN
    sites, all_seen = call_sites(module, definition)
    modes = {site.grad for site in sites}
    if GradMode.ON in modes:
        return GradMode.ON
    if not all_seen or GradMode.UNKNOWN in modes:
        return GradMode.UNKNOWN
    return GradMode.OFF if modes else None
