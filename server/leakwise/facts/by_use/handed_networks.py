"""What a function is handed that only networks are: its callers in the file ask of it what only
networks are asked, and the function calls it."""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leakwise.facts.by_use.class_use import (
    NO_USE,
    TELLING_ELSEWHERE,
    Use,
    Uses,
    uses_in,
    uses_of_attributes,
)
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.families import enclosing_method
from leakwise.facts.code.names import path_of
from leakwise.facts.code.parameters import written_for
from leakwise.facts.code.written_calls import written_calls
from leakwise.facts.incremental.queries import Cell

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


def uses_of_parameters(module: "ModuleFacts", definition: Definition) -> Cell[Uses]:
    """By parameter that a function calls: what those that call the function ask of the names that
    they hand it, where all of these are names, and one is asked what only networks are."""

    def compute() -> Uses:
        definition.code.read()
        called = [
            name
            for name in definition.parameter_names()
            if any(True for _ in definition.index.calls_named(name))
            and not definition.index.bindings_of(name)
        ]
        found: dict[str, Use] = {}
        for name in called:
            asked = _asked(module, definition, name)
            if asked:
                found[name] = Use(called=True, methods=asked)
        return found

    return module.query(definition, "uses of parameters", compute, {}, breaks_cycles=True)


def _asked(module: "ModuleFacts", definition: Definition, parameter: str) -> frozenset[str]:
    asked: frozenset[str] = frozenset()
    for caller, argument in handed(module, definition, parameter):
        path = path_of(argument)
        if path is None:
            return frozenset()
        asked |= _use_in(module, caller, path).methods
    return (asked & TELLING_ELSEWHERE) - {"train"}


def handed(
    module: "ModuleFacts", definition: Definition, parameter: str
) -> Iterator[tuple[Definition, ast.expr]]:
    """What the calls of a function in this file hand over for a parameter, as it is written, each
    with the body that it stands in."""
    for caller in module.scopes.mentioning(definition.name):
        if caller.is_class or caller is definition:
            continue
        caller.code.read()
        for call in written_calls(module, caller, definition):
            for argument in written_for(definition, call, parameter):
                yield caller, argument


def _use_in(module: "ModuleFacts", caller: Definition, path: str) -> Use:
    use = uses_in(module, caller).read().get(path, NO_USE)
    method = enclosing_method(caller)
    if method is None or method.parent is None:
        return use
    start = f"{method.instance_name()}."
    if not path.startswith(start):
        return use
    others = uses_of_attributes(module, method.parent).read()
    return use.with_(others.get(path[len(start) :], NO_USE))
