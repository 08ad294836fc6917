"""Objects that keep a function which refers to them: a bound method, or one that uses `self`.

Such a circle is freed by Python's cyclic collector alone: https://docs.python.org/3/library/gc.html.
"""

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakwise.facts.code.decorators import decorators_of
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.names import path_of
from leakwise.facts.code.written import statements_of
from leakwise.facts.keeping.caches import cache_of
from leakwise.facts.terms.places import Place, place_of

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_PARTIAL = frozenset({"partial", "functools.partial"})
_FORMS = (ast.Attribute, ast.Lambda, ast.Name, ast.Call, ast.IfExp, ast.Dict, ast.List, ast.Tuple)


@dataclass(frozen=True, slots=True)
class Circle:
    """Where a method puts a function on its object that refers to the object; `attribute` is where
    it is put."""

    place: Place
    attribute: str


def circles_in(module: "ModuleFacts", definition: Definition) -> tuple[Circle, ...]:
    """The functions that a method puts on its object and that refer to it, in their order. What is
    cached, or decorated otherwise, is left out."""

    def compute() -> tuple[Circle, ...]:
        definition.code.read()
        instance, class_ = definition.instance_name(), definition.parent
        if instance is None or class_ is None or not definition.index.has_trait("attribute"):
            return ()
        found = []
        for statement, block in statements_of(module, definition):
            if not isinstance(statement, ast.Assign) or not isinstance(statement.value, _FORMS):
                continue
            for target in statement.targets:
                own = isinstance(target, ast.Attribute) and path_of(target.value) == instance
                if own and _refers(module, definition, statement.value):
                    place = place_of(statement.value, block)
                    found.append(Circle(place, target.attr))  # type: ignore[attr-defined]
        return tuple(found)

    cell = module.query(definition, "circles", compute, ())
    return cell.read()  # type: ignore[no-any-return]


def _refers(module: "ModuleFacts", definition: Definition, value: ast.expr) -> bool:
    """Whether an expression gives a function that refers to the method's object."""
    instance = definition.instance_name()
    if isinstance(value, ast.Attribute):
        if path_of(value.value) != instance or definition.parent is None:
            return False
        method = module.method(definition.parent, value.attr)
        return (
            method is not None
            and method.instance_name() is not None
            and not decorators_of(module, method)
        )
    if isinstance(value, ast.Lambda):
        own = {one.arg for one in ast.walk(value.args) if isinstance(one, ast.arg)}
        names = {one.id for one in ast.walk(value.body) if isinstance(one, ast.Name)}
        return instance in names - own
    if isinstance(value, ast.Name):
        return any(
            one.parent is definition
            and one.index.mentions(instance or "")
            and cache_of(module, one) is None
            for one in module.scopes.named(value.id)
        )
    if isinstance(value, ast.IfExp):
        return all(_refers(module, definition, one) for one in (value.body, value.orelse))
    if isinstance(value, (ast.Dict, ast.List, ast.Tuple)):
        held = value.values if isinstance(value, ast.Dict) else value.elts
        return any(_refers(module, definition, one) for one in held)
    if isinstance(value, ast.Call) and path_of(value.func) in _PARTIAL:
        given = [*value.args, *(one.value for one in value.keywords)]
        return any(
            (isinstance(one, ast.Name) and one.id == instance) or _refers(module, definition, one)
            for one in given
        )
    return False
