"""Functions whose results are kept for their arguments, by a decorator.

Source: https://docs.python.org/3/library/functools.html#functools.cache, and on methods
https://docs.python.org/3/faq/programming.html#how-do-i-cache-method-calls.
"""

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import Definition, FunctionNode
from leakwise.facts.code.names import path_of
from leakwise.facts.code.written import statements_of
from leakwise.facts.terms.places import Place, place_of
from leakwise.facts.terms.values import Kind

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_CACHES = {
    "functools.lru_cache": 128,
    "functools.cache": None,
    "cachetools.cached": None,
    "cachetools.func.lru_cache": 128,
    "methodtools.lru_cache": 128,
}
"""By qualified name: how many results they keep by default; None for any number."""
GIVING_AGAIN = _CACHES.keys() | {
    "functools.cached_property",
    "streamlit.cache_data",
    "streamlit.cache_resource",
}
"""Decorators whose functions give again what they made before; on streamlit's see
https://docs.streamlit.io/develop/concepts/architecture/caching."""
_PER_OBJECT = frozenset({"methodtools.lru_cache"})
"""Keep the results of a method with its object, and not the object."""


@dataclass(frozen=True, slots=True)
class Cache:
    """What a decorated function keeps: a result and the arguments of each call.

    `limit` is the number of calls, None for any. `keyed_by_self` where the object whose method it
    is is one of the arguments, so that the cache, which the class holds, keeps it alive. `of_call`
    where a call of the function round it makes it, with a cache that goes when it goes; `owner` is
    what that one, a method, calls the object that it puts the function on, where the function
    refers to it: then both go when Python's collector finds them.
    """

    place: Place
    decorator: str
    limit: int | None
    keyed_by_self: bool
    parameters: tuple[str, ...]
    of_call: bool = False
    owner: str | None = None


def cache_of(module: "ModuleFacts", definition: Definition) -> Cache | None:
    """The cache of a decorated function; None where it has none, or an unknown one."""
    if not definition.is_decorated():
        return None

    def compute() -> Cache | None:
        definition.code.read()
        node = definition.node
        if not isinstance(node, FunctionNode) or definition.block is None:
            return None
        for decorator in node.decorator_list:
            function = decorator.func if isinstance(decorator, ast.Call) else decorator
            found = module.names.resolve(definition, path_of(function))
            if found.kind is not Kind.QUALIFIED or found.name not in _CACHES:
                continue
            known, limit = _limit(decorator, _CACHES[found.name])
            if not known:
                return None
            instance = definition.instance_name()
            return Cache(
                place_of(decorator, definition.block),
                found.name,
                limit,
                instance is not None and found.name not in _PER_OBJECT,
                tuple(one.arg for one in definition.parameters() if one.arg != instance),
                definition.parent is not None and definition.parent.is_function,
                _owner_referred_to(module, definition),
            )
        return None

    cell = module.query(definition, "cache", compute, None)
    return cell.read()  # type: ignore[no-any-return]


def _owner_referred_to(module: "ModuleFacts", definition: Definition) -> str | None:
    """What a method calls the object on which it puts a function that it makes, and that refers to
    that object; None for others."""
    method = definition.parent
    instance = None if method is None else method.instance_name()
    if method is None or instance is None or not definition.index.mentions(instance):
        return None
    method.code.read()
    for statement, _ in statements_of(module, method):
        if isinstance(statement, ast.Assign) and path_of(statement.value) == definition.name:
            for target in statement.targets:
                if isinstance(target, ast.Attribute) and path_of(target.value) == instance:
                    return instance
    return None


def _limit(decorator: ast.expr, default: int | None) -> tuple[bool, int | None]:
    """Whether the number of results that are kept is known, and what it is."""
    if not isinstance(decorator, ast.Call):
        return True, default
    given = next((one.value for one in decorator.keywords if one.arg == "maxsize"), None)
    if given is None and decorator.args:
        given = decorator.args[0]
    if given is None:
        return True, default
    if isinstance(given, ast.Constant) and (given.value is None or isinstance(given.value, int)):
        return True, given.value
    return False, None
