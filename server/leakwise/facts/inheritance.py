"""What a class of the file derives from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakwise.facts.apis import effect_of
from leakwise.facts.apis.keras import MODEL_BASES
from leakwise.facts.apis.torch_classes import MODULE_BASES
from leakwise.facts.definitions import Definition
from leakwise.facts.names import path_of
from leakwise.facts.values import Kind

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


@dataclass(frozen=True, slots=True)
class Ancestors:
    """The known bases of a class, with those of its bases in this file.

    `complete` where every base is known; an unknown one may define anything.
    """

    names: frozenset[str] = frozenset()
    complete: bool = True

    @property
    def is_module(self) -> bool:
        """Whether it is a `torch.nn.Module`."""
        return not MODULE_BASES.isdisjoint(self.names) or any(
            (effect := effect_of(name)) is not None and effect.kind is Kind.MODULE
            for name in self.names
        )

    @property
    def kind(self) -> Kind:
        """The kind of an object of the class."""
        if self.is_module:
            return Kind.MODULE
        return Kind.INSTANCE if MODEL_BASES.isdisjoint(self.names) else Kind.KERAS_MODEL


def ancestors(module: "ModuleFacts", definition: Definition) -> Ancestors:
    """The ancestors of a class, as its own file tells them."""
    definition.code.read()
    node = definition.node
    names: set[str] = set()
    complete = True
    for base in getattr(node, "bases", []):
        found = module.names.resolve(definition, path_of(base))
        if found.definition is not None and found.kind is Kind.CLASS:
            above = module.ancestors(found.definition)
            names |= above.names
            complete = complete and above.complete
        elif found.kind is Kind.QUALIFIED and found.name is not None:
            names.add(found.name)
            complete = complete and (
                effect_of(found.name) is not None
                or found.name in MODEL_BASES
                or found.name == "builtins.object"
            )
        else:
            complete = False
    return Ancestors(frozenset(names), complete)
