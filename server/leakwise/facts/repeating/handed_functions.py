"""Functions that are handed to a library, which calls them for each request or event."""

import ast
from typing import TYPE_CHECKING

from leakwise.facts.apis.handlers import DEPENDENCIES, EVENT_ATTRIBUTES, EVENT_CALLS
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.names import path_of
from leakwise.facts.terms.events import Callback

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


def takes_handed_functions(module: "ModuleFacts") -> bool:
    """Whether the file uses a library that calls functions which it was handed."""
    roots = module.names.imported_roots()
    if roots & EVENT_CALLS.keys() or not roots.isdisjoint(EVENT_ATTRIBUTES):
        return True
    words = module.names.words_for(tuple(sorted(DEPENDENCIES)))
    return any(map(module.scopes.mentioned, sorted(words)))


def handles_events(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a library calls a function for each event, such as a message or a click."""
    roots = module.names.imported_roots()
    packages = roots & EVENT_CALLS.keys()
    if not packages and roots.isdisjoint(EVENT_ATTRIBUTES):
        return False
    calls = frozenset().union(*(EVENT_CALLS[one] for one in packages))

    def compute() -> bool:
        for scope in module.scopes.mentioning(definition.name):
            if scope.is_class or scope is definition:
                continue
            scope.code.read()
            given = scope.index.attributes_given(definition.name)
            if not roots.isdisjoint(EVENT_ATTRIBUTES) and any(
                path.rpartition(".")[2].startswith("on_") for path in given
            ):
                return True
            if scope.index.mentions_any(calls) and any(
                isinstance(event, Callback) and event.function is definition and event.how in calls
                for event in module.body(scope).events
            ):
                return True
        return False

    return module.query(definition, "events", compute, False).read()  # type: ignore[no-any-return]


def is_dependency(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a web framework calls a function for what it gives each time that it answers a
    request: see `BodyFacts.is_dependency`."""

    def compute() -> bool:
        words = module.names.words_for(tuple(sorted(DEPENDENCIES)))
        for scope in module.scopes.mentioning(definition.name):
            if not scope.mentions(words):
                continue
            scope.code.read()
            for word in sorted(words):
                for call in scope.index.calls_named(word):
                    if _is_asked_for(module, scope, call, definition):
                        return True
        return False

    return module.query(definition, "dependency", compute, False).read()  # type: ignore[no-any-return]


def _is_asked_for(
    module: "ModuleFacts", scope: Definition, call: ast.Call, definition: Definition
) -> bool:
    given = call.args[0] if call.args else None
    made = module.names.resolve(scope, path_of(call.func)).name
    return (
        isinstance(given, ast.Name)
        and made in DEPENDENCIES
        and module.names.resolve(scope, given.id).definition is definition
    )
