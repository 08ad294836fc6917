"""What a body, or all methods of a class together, do with a name or an attribute: `self.model` is
a network if one method calls it and another asks it for its parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakwise.facts.apis.keras import MODEL_EVIDENCE, TRAINING_WORDS
from leakwise.facts.apis.torch_methods import BACKWARD_METHODS, MODULE_EVIDENCE, OPTIMIZER_STEP
from leakwise.facts.apis.trainers import RETURNS_LOSS
from leakwise.facts.by_use.loss_functions import compared_networks
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.families import enclosing_method, family
from leakwise.facts.code.gathered import GatheredNames
from leakwise.facts.code.names import ScopeIndex
from leakwise.facts.incremental.queries import Cell

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

TELLING_ELSEWHERE = (
    (MODULE_EVIDENCE - {"train"}) | {OPTIMIZER_STEP} | MODEL_EVIDENCE | TRAINING_WORDS
)
"""What other methods ask of networks and optimizers alone; other things are trained, too."""
_TELLING = (
    MODULE_EVIDENCE
    | MODEL_EVIDENCE
    | TRAINING_WORDS
    | BACKWARD_METHODS
    | {OPTIMIZER_STEP, "detach"}
)


@dataclass(frozen=True, slots=True)
class Use:
    """Whether something is called, and which telling methods are called on it. `compared` where a
    criterion compares what it gives, and that is backpropagated."""

    called: bool = False
    methods: frozenset[str] = frozenset()
    compared: bool = False

    def with_(self, other: "Use") -> "Use":
        """Both uses together."""
        return Use(
            self.called or other.called,
            self.methods | other.methods,
            self.compared or other.compared,
        )


NO_USE = Use()
Uses = Mapping[str, Use]


def uses_of_outer_names(module: "ModuleFacts", definition: Definition) -> Cell[Uses]:
    """By name that a body has from those round it: what these ask of it, where that is asked of
    networks and optimizers alone, and whether this body calls it.

    `net = build(); net.eval()` at the top level tells a function that calls `net`.
    """

    def compute() -> Uses:
        found: dict[str, Use] = {}
        scope = definition.parent
        while scope is not None:
            if not scope.is_class:
                for name, use in uses_in(module, scope).read().items():
                    asked = (use.methods & TELLING_ELSEWHERE) - {"train"}
                    known = asked or use.compared
                    if known and name not in found and _has_from_outside(definition, name):
                        called = _calls(definition.index, name)
                        found[name] = Use(called, asked, called and use.compared)
            scope = scope.parent
        return found

    return module.query(definition, "uses of outer names", compute, {})


def _has_from_outside(definition: Definition, name: str) -> bool:
    definition.code.read()
    index = definition.index
    return (
        index.mentions(name)
        and name not in definition.parameter_names()
        and not index.bindings_of(name)
    )


def uses_in(module: "ModuleFacts", definition: Definition) -> Cell[Uses]:
    """By path: what a body does with that on which it calls a telling method.

    What it asks of a name tells of the attributes that are assigned it, too:
    `self.net = net; Adam(net.parameters())`.
    """

    def compute() -> Uses:
        definition.code.read()
        index = definition.index
        found = {
            path: Use(_calls(index, path), methods)
            for path, methods in index.asked_for(_TELLING).items()
        }
        for path in compared_networks(module, definition):
            found[path] = found.get(path, NO_USE).with_(Use(called=True, compared=True))
        for name in [path for path in found if path.isidentifier()]:
            for path in index.attributes_given(name):
                found[path] = found[name].with_(found.get(path, NO_USE))
        return found

    return module.query(definition, "uses", compute, {})


def _calls(index: ScopeIndex | GatheredNames, path: str) -> bool:
    """Whether what is at a path is called itself: `self.trainer()` does not call a `trainer`."""
    return index.calls(path) if "." in path else any(True for _ in index.calls_named(path))


def uses_of_attributes(module: "ModuleFacts", class_: Definition) -> Cell[Uses]:
    """By attribute: what the methods of a class, and of its bases in the file, do with `self.name`,
    where one of them uses it as only a network or an optimizer is used."""

    def compute() -> Uses:
        members = family(module, class_)
        asked: dict[str, set[str]] = {}
        compared: set[str] = set()
        for word in sorted(TELLING_ELSEWHERE | BACKWARD_METHODS | RETURNS_LOSS.keys()):
            for definition in module.scopes.mentioning(word):
                method = enclosing_method(definition)
                if method is None or method.parent not in members:
                    continue
                start = f"{method.instance_name()}."
                for path, use in uses_in(module, definition).read().items():
                    if not path.startswith(start):
                        continue
                    name = path[len(start) :]
                    if use.compared:
                        compared.add(name)
                    if use.compared or use.methods & TELLING_ELSEWHERE:
                        asked.setdefault(name, set()).update(use.methods - {"train"})
        return {
            name: Use(_is_called(module, members, name), frozenset(methods), name in compared)
            for name, methods in asked.items()
            if name.isidentifier()
        }

    return module.query(class_, "uses of attributes", compute, {}, breaks_cycles=True)


def _is_called(module: "ModuleFacts", members: tuple[Definition, ...], name: str) -> bool:
    for definition in module.scopes.mentioning(name):
        method = enclosing_method(definition)
        if method is not None and method.parent in members:
            definition.code.read()
            if definition.index.calls(f"{method.instance_name()}.{name}"):
                return True
    return False
