"""What objects hold, also through other objects of the file: a runner its agent's network."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leakwise.facts.by_use.class_use import uses_of_attributes
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.families import family
from leakwise.facts.interpreter.run import kind_used_as
from leakwise.facts.terms.values import Kind, Value

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_MOST_OBJECTS = 3
"""How many objects deep it is looked."""


def holds(module: "ModuleFacts", class_: Definition, kinds: frozenset[Kind], deep: int = 0) -> bool:
    """Whether objects of a class of the file surely or likely hold a value of one of some kinds in
    an attribute, a container in one, or an object of the file in one."""

    def compute() -> bool:
        for one in family(module, class_):
            used = uses_of_attributes(module, one).read()
            if any(kind_used_as(use) in kinds for use in used.values()):
                return True
            for name in attributes_of(module, one):
                if _is_or_holds(module, module.attribute(one, name), kinds, deep):
                    return True
        return False

    cell = module.query(class_, ("holds", kinds, deep), compute, False)
    return cell.read()  # type: ignore[no-any-return]


def _is_or_holds(module: "ModuleFacts", value: Value, kinds: frozenset[Kind], deep: int) -> bool:
    for part in (value, value.element, *(value.items or ())):
        if part is None:
            continue
        if part.kind in kinds:
            return True
        made = part.definition if part.kind is Kind.INSTANCE and deep < _MOST_OBJECTS else None
        if made is not None and made.is_class and holds(module, made, kinds, deep + 1):
            return True
    return False


def attributes_of(module: "ModuleFacts", class_: Definition) -> tuple[str, ...]:
    """The attributes that a class's own methods give `self`, sorted."""
    return tuple(sorted(set(_attributes(module, class_))))


def _attributes(module: "ModuleFacts", class_: Definition) -> Iterator[str]:
    for name in module.method_names(class_):
        method = module.method(class_, name)
        if method is None or (instance := method.instance_name()) is None:
            continue
        for path in module.body(method).exit_values:
            root, _, attribute = path.partition(".")
            if root == instance and attribute.isidentifier():
                yield attribute
