"""What all methods of a class do with an attribute: `self.model` is a network if one method calls
it and another asks it for its parameters."""

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakwise.facts.apis.torch_methods import MODULE_EVIDENCE, OPTIMIZER_STEP
from leakwise.facts.definitions import Definition
from leakwise.facts.names import path_of

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_TELLING = (MODULE_EVIDENCE - {"train"}) | {OPTIMIZER_STEP}
"""What is asked of networks and optimizers; other things than networks are trained, too."""


@dataclass(frozen=True, slots=True)
class Use:
    """Whether something is called, and which methods are called on it."""

    called: bool = False
    methods: frozenset[str] = frozenset()


def use_of_path(module: "ModuleFacts", definition: Definition, path: str) -> Use:
    """What a body does with what is at a path; of an attribute of `self`, what its class does."""

    def compute() -> Use:
        definition.code.read()
        index = definition.index
        own = Use(index.calls(path), frozenset(index.methods_on(path)))
        instance, _, name = path.partition(".")
        method = enclosing_method(definition) if name.isidentifier() else None
        if method is None or method.parent is None or instance != method.instance_name():
            return own
        others = use_of_attribute(module, method.parent, name)
        return Use(own.called or others.called, own.methods | (others.methods - {"train"}))

    cell = module.query(definition, ("use of path", path), compute, Use(), breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def use_of_attribute(module: "ModuleFacts", class_: Definition, name: str) -> Use:
    """What the methods of a class, and of its bases in the file, do with `self.name`; nothing where
    none of them uses it as only a network or an optimizer is used."""

    def compute() -> Use:
        methods: set[str] = set()
        for definition, instance in _askers(module, class_):
            definition.code.read()
            methods.update(definition.index.methods_on(f"{instance}.{name}"))
        if _TELLING.isdisjoint(methods):
            return Use()
        members = family(module, class_)
        called = False
        for definition in module.scopes.mentioning(name):
            method = enclosing_method(definition)
            if method is not None and method.parent in members:
                definition.code.read()
                called = called or definition.index.calls(f"{method.instance_name()}.{name}")
        return Use(called, frozenset(methods))

    cell = module.query(class_, ("use", name), compute, Use(), breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def _askers(module: "ModuleFacts", class_: Definition) -> tuple[tuple[Definition, str], ...]:
    """The bodies of a class that call a telling method on anything, each with its `self`."""

    def compute() -> tuple[tuple[Definition, str], ...]:
        members = family(module, class_)
        found: dict[Definition, str] = {}
        for word in sorted(_TELLING):
            for definition in module.scopes.mentioning(word):
                method = enclosing_method(definition)
                if method is not None and method.parent in members:
                    found[definition] = method.instance_name() or ""
        return tuple(found.items())

    cell = module.query(class_, "askers", compute, (), breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


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
