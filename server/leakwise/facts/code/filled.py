"""What the methods of a class put into a container that an attribute holds and its constructor
leaves empty: resources and Keras models, where they put in nothing else."""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leakwise.facts.apis import effect_of
from leakwise.facts.apis.resources import RESOURCES
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.name_flow import header
from leakwise.facts.code.names import PUTTING_METHODS, path_of
from leakwise.facts.code.written import statements_of
from leakwise.facts.terms.values import UNKNOWN, Kind, Value

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_MODELS = (
    "keras.models.load_model",
    "keras.saving.load_model",
    "keras.models.clone_model",
    "keras.Sequential",
    "keras.models.Sequential",
    "keras.Model",
    "keras.models.Model",
)
_MAKERS = (*sorted(RESOURCES), *_MODELS)
_PUT_UNSEEN = frozenset({"extend", "extendleft", "insert", "setdefault", "update"})


def filled(module: "ModuleFacts", class_: Definition, name: str, held: Value) -> Value:
    """What an attribute of a class holds: an empty container with what its methods put into it."""
    known = held.items or held.fields or (held.element is not None and held.element != UNKNOWN)
    if held.kind is not Kind.CONTAINER or known:
        return held
    cell = module.query(class_, ("filled", name), lambda: _element(module, class_, name), None)
    element = cell.read()
    return held if element is None else held.but(element=element, items=None, length=None)


def _element(module: "ModuleFacts", class_: Definition, name: str) -> Value | None:
    words = module.names.words_for(_MAKERS)
    mentioning = [one for one in module.scopes.mentioning(name) if one.parent is class_]
    if not any(one.mentions(words) for one in mentioning):
        return None
    found: Value | None = None
    for definition in mentioning:
        if not definition.is_function:
            continue
        definition.code.read()
        path = f"{definition.instance_name()}.{name}"
        for node in _put_into(module, definition, path):
            made = None if node is None else _made(module, definition, node)
            if made is None or (found is not None and made.kind is not found.kind):
                return None
            found = made
    return found


def _put_into(
    module: "ModuleFacts", definition: Definition, path: str
) -> Iterator[ast.expr | None]:
    """What a body puts into the container at a path; None for what is not written out there."""
    for statement, _ in statements_of(module, definition):
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Subscript) and path_of(target.value) == path:
                    yield statement.value
        for node in header(statement):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if path_of(node.func.value) != path:
                continue
            if node.func.attr in PUTTING_METHODS and len(node.args) == 1:
                yield node.args[0]
            elif node.func.attr in _PUT_UNSEEN:
                yield None


def _made(module: "ModuleFacts", definition: Definition, node: ast.expr) -> Value | None:
    """What an expression makes, or the assignments of the name that it is."""
    if isinstance(node, ast.Name):
        several = definition.index.values_of(node.id)
        whole = len(several) == len(definition.index.bindings_of(node.id))
        made = [_called(module, definition, one) for one in several] if whole else []
        first = made[0] if made else None
        return first if all(one == first for one in made) else None
    return _called(module, definition, node)


def _called(module: "ModuleFacts", definition: Definition, node: ast.expr) -> Value | None:
    if not isinstance(node, ast.Call):
        return None
    qualified = module.names.resolve(definition, path_of(node.func)).name or ""
    resource = RESOURCES.get(qualified)
    if resource is not None:
        return Value(resource.kind, name=qualified)
    effect = effect_of(qualified) if qualified in _MODELS else None
    return None if effect is None else Value(effect.kind, name=qualified)
