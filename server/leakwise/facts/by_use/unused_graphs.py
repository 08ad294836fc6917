"""Graphs that nobody uses: what a method gathers is trained on after it was cut from its graph."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leakwise.facts.code.families import family
from leakwise.facts.interpreter.state import root_of
from leakwise.facts.terms.events import CallSite, Keeping, Looping

if TYPE_CHECKING:
    from leakwise.facts.code.definitions import Definition
    from leakwise.facts.module import ModuleFacts


def are_unused(module: "ModuleFacts", definition: "Definition", path: str) -> bool:
    """Whether nothing that code of this file backpropagates, gives back, stores or passes on is
    made from the graphs of what a method gathers at an attribute's path."""
    name = _last_name(path)
    return all(
        root_of(used) == _another_object(module, definition, one, path)
        for one in module.scopes.mentioning(name)
        if not one.is_class
        for used in _used(module, one, name)
    )


def is_trained_without(module: "ModuleFacts", definition: "Definition", path: str) -> bool:
    """Whether another method of the class, which trains, reads what a method gathers at an
    attribute's path, and the graphs of that are unused."""
    return are_unused(module, definition, path) and any(
        one is not definition
        and one.parent is definition.parent
        and bool(module.facts(one).training_steps)
        and _is_read(module, one, path)
        for one in module.scopes.mentioning(_last_name(path))
        if not one.is_class
    )


def _used(module: "ModuleFacts", definition: "Definition", attribute: str) -> Iterator[str]:
    """The paths of attributes of this name from whose graphs a body makes something that it gives
    to others or backpropagates."""
    result = module.body(definition)
    flows = result.flows
    gone = flows.backward | flows.returned | flows.passed
    if not any(_last_name(kept.holder) == attribute for kept in result.of(Keeping)):
        # What is put into it is stored by that, too.
        gone |= flows.stored
    for one in gone:
        if isinstance(one, str) and "." in one and _last_name(one) == attribute:
            yield one


def _another_object(
    module: "ModuleFacts", definition: "Definition", other: "Definition", path: str
) -> str | None:
    """What a body calls its own object, where that is of a class which has nothing to do with the
    one whose attribute stands at a path; else None."""
    one, two = definition.parent, other.parent
    if path.count(".") > 1 or one is None or two is None or not two.is_class:
        return None
    if set(family(module, one)) & set(family(module, two)):
        return None
    return other.instance_name()


def _is_read(module: "ModuleFacts", definition: "Definition", path: str) -> bool:
    """Whether a body hands all that stands at a path to a call, or goes through it."""
    result = module.body(definition)
    given = (one for site in result.of(CallSite) for one in site.arguments)
    return any(one.path == path for one in given) or any(
        path in one.loop.over_paths for one in result.of(Looping)
    )


def _last_name(path: str) -> str:
    """The last attribute of a path, whose subscripts are left out."""
    return path.partition("[")[0].rpartition(".")[2]
