"""What a thing is a part of, as a body writes it: a layer of the network it was looked up in.

Of names it counts what they are bound to anywhere in the body. How the layers of a network are
reached: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html.
"""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leakwise.facts.apis.torch_methods import MODULE_ITSELF, MODULE_PARTS
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.names import path_of
from leakwise.facts.code.usage import is_local
from leakwise.facts.code.written import calls_at, parents_in, statements_of
from leakwise.facts.interpreter.state import root_of
from leakwise.facts.terms.places import Place

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_OF_CONTAINERS = frozenset({"values", "items", "get", "copy"})
_SAME_ITEMS = frozenset(
    ["dict", "list", "tuple", "set", "sorted", "reversed", "enumerate", "filter", "iter", "next"]
)
"""Functions that give what they are given, or its items, in another order or container."""
_MOST_NAMES = 4
"""Through how many names of the body it is followed."""
_NOTHING: frozenset[str] = frozenset()


def wholes_of(module: "ModuleFacts", definition: Definition, place: Place) -> frozenset[str]:
    """What that on which the call at a place is made is a part of, or is itself: the paths through
    parameters and outer names that lead to it. Empty where it may have been made in the body."""

    def compute() -> frozenset[str]:
        definition.code.read()
        for _, node in calls_at(module, definition, place):
            function = node.func
            owner = function.value if isinstance(function, ast.Attribute) else function
            return _Lookup(module, definition).of(owner, _MOST_NAMES)
        return _NOTHING

    cell = module.query(definition, ("wholes", place), compute, _NOTHING)
    return cell.read()  # type: ignore[no-any-return]


class _Lookup:
    def __init__(self, module: "ModuleFacts", definition: Definition) -> None:
        self.module = module
        self.definition = definition
        self.parameters = {one.arg for one in definition.parameters()}

    def of(self, node: ast.expr, names: int) -> frozenset[str]:
        """The paths that an expression gives a part of; `names` may still be followed."""
        path = path_of(node)
        if path is not None:
            found = self._of_name(root_of(path), names)
            if found is not None:
                # A local name stands for a part of those, and this for a part of it.
                return found
            return _NOTHING if self._is_made_here(path) else frozenset({path})
        if isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
            return self.of(node.value, names)
        if isinstance(node, ast.Call):
            return self._of_call(node, names)
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return self._all(node.elts, names)
        if isinstance(node, ast.Dict):
            return self._all(node.values, names)
        if isinstance(node, ast.IfExp):
            return self._all([node.body, node.orelse], names)
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            return self._of_comprehension(node.elt, node.generators, names)
        if isinstance(node, ast.DictComp):
            return self._of_comprehension(node.value, node.generators, names)
        return _NOTHING

    def _of_name(self, name: str, names: int) -> frozenset[str] | None:
        """What a name of the body stands for a part of; None for one that the body does not bind,
        or a parameter."""
        values = list(self._bound_to(name)) if is_local(self.module, self.definition, name) else []
        if name in self.parameters:
            # `model = model.eval()`
            same = all(self._is_itself(value, name) for value in values)
            return None if same else _NOTHING
        if not values:
            local = is_local(self.module, self.definition, name)
            return _NOTHING if local else None
        if not names or len(values) < len(self.definition.index.bindings_of(name)):
            # Some of what it is bound to is not written as a value.
            return _NOTHING
        return self._all(values, names - 1)

    def _is_made_here(self, path: str) -> bool:
        """Whether the body puts something at an attribute or key that a path leads through."""
        root = root_of(path)
        for statement, _ in statements_of(self.module, self.definition):
            targets = statement.targets if isinstance(statement, ast.Assign) else []
            if isinstance(statement, ast.AnnAssign):
                targets = [statement.target]
            for target in targets:
                put = path_of(target)
                if put is not None and put != root and f"{path}.".startswith(f"{put}."):
                    return True
        return False

    def _is_itself(self, value: ast.expr, name: str) -> bool:
        return self._moved(value) == name

    def _moved(self, node: ast.expr) -> str | None:
        while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr not in MODULE_ITSELF:
                return None
            node = node.func.value
        return path_of(node)

    def _bound_to(self, name: str) -> Iterator[ast.expr]:
        yield from self.definition.index.values_of(name)
        yield from _gone_through_for(self.module, self.definition).get(name, ())

    def _of_call(self, node: ast.Call, names: int) -> frozenset[str]:
        function = node.func
        if isinstance(function, ast.Attribute):
            gives = MODULE_PARTS | MODULE_ITSELF | _OF_CONTAINERS
            return self.of(function.value, names) if function.attr in gives else _NOTHING
        called = path_of(function)
        if called == "getattr" and len(node.args) > 1:
            return self.of(node.args[0], names)
        if called in _SAME_ITEMS and node.args:
            return self.of(node.args[-1 if called == "filter" else 0], names)
        return _NOTHING

    def _of_comprehension(
        self, element: ast.expr, generators: list[ast.comprehension], names: int
    ) -> frozenset[str]:
        root = root_of(path_of(element) or "")
        for one in generators:
            if _binds(one.target, root):
                return self.of(_gone_through(one.target, one.iter, root), names)
        return _NOTHING

    def _all(self, nodes: list[ast.expr], names: int) -> frozenset[str]:
        found = [self.of(node, names) for node in nodes]
        return _NOTHING.union(*found) if all(found) else _NOTHING


def _gone_through_for(module: "ModuleFacts", definition: Definition) -> dict[str, list[ast.expr]]:
    """By name: what the loops and comprehensions of a body that bind it go through."""

    def compute() -> dict[str, list[ast.expr]]:
        definition.code.read()
        found: dict[str, list[ast.expr]] = {}
        for statement, _ in statements_of(module, definition):
            loops: list[tuple[ast.expr, ast.expr]] = []
            if isinstance(statement, (ast.For, ast.AsyncFor)):
                loops.append((statement.target, statement.iter))
            for part in parents_in(statement):
                if isinstance(part, ast.comprehension):
                    loops.append((part.target, part.iter))
            for target, over in loops:
                for name in _names_in(target):
                    found.setdefault(name, []).append(_gone_through(target, over, name))
        return found

    cell = module.query(definition, "gone through", compute, {})
    return cell.read()  # type: ignore[no-any-return]


def _names_in(target: ast.expr) -> Iterator[str]:
    if isinstance(target, (ast.Tuple, ast.List)):
        for part in target.elts:
            yield from _names_in(part)
    elif isinstance(target, ast.Name):
        yield target.id


def _gone_through(target: ast.expr, over: ast.expr, name: str) -> ast.expr:
    """Of what a loop goes through, what gives a name its items: one argument of `zip`."""
    if not isinstance(over, ast.Call) or path_of(over.func) != "zip":
        return over
    if isinstance(target, (ast.Tuple, ast.List)) and len(target.elts) == len(over.args):
        for part, given in zip(target.elts, over.args, strict=True):
            if _binds(part, name):
                return given
    return over


def _binds(target: ast.expr, name: str) -> bool:
    if isinstance(target, (ast.Tuple, ast.List)):
        return any(_binds(part, name) for part in target.elts)
    return isinstance(target, ast.Name) and target.id == name
