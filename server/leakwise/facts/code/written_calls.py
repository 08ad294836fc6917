"""The calls of a function of the file in one body, as they are written."""

import ast
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.names import path_of

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


def written_calls(
    module: "ModuleFacts", definition: Definition, function: Definition
) -> tuple[ast.Call, ...]:
    """The calls of a function of the file by its name, or on `self`, in a body."""
    if not function.is_method:
        seen = definition.index.calls_named(function.name)
        return tuple(
            one
            for one in seen
            if module.names.resolve(definition, path_of(one.func)).definition is function
        )
    class_ = definition.parent
    if definition.instance_name() != "self" or class_ is None:
        return ()
    if module.method(class_, function.name) is not function:
        return ()
    return tuple(definition.index.calls_named(f"self.{function.name}"))
