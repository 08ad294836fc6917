"""The method that a function stands in, and a class with its bases in the file."""

import ast
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.names import path_of

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


def enclosing_method(definition: Definition) -> Definition | None:
    """The method that a body is, or that a function stands in; None where it has no `self`."""
    scope: Definition | None = definition
    while scope is not None and scope.is_function:
        if scope.is_method:
            scope.code.read()
            return None if scope.instance_name() is None else scope
        scope = scope.parent
    return None


def family(module: "ModuleFacts", class_: Definition) -> tuple[Definition, ...]:
    """A class and its bases in the file."""

    def compute() -> tuple[Definition, ...]:
        found = [class_]
        for one in found:
            one.code.read()
            for base in one.node.bases if isinstance(one.node, ast.ClassDef) else ():
                above = module.names.resolve(one, path_of(base)).definition
                if above is not None and above.is_class and above not in found:
                    found.append(above)
        return tuple(found)

    cell = module.query(class_, "family", compute, (class_,), breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]
