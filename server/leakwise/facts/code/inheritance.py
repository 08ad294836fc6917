"""What a class of the file derives from."""

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakwise.facts.apis import effect_of
from leakwise.facts.apis.keras import MODEL_BASES, PLAIN_BASES
from leakwise.facts.apis.resources import RESOURCE_KINDS
from leakwise.facts.apis.torch_classes import MODULE_BASES
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.names import path_of
from leakwise.facts.externals import is_outside
from leakwise.facts.terms.values import Kind

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


_WITH_METHODS_OF_THEIR_OWN = frozenset(
    {Kind.TRAINER, Kind.ACCELERATOR, Kind.METRIC, Kind.OTHER, *RESOURCE_KINDS}
)
"""Objects of these kinds may close, empty or reset what a class that derives from theirs keeps."""


@dataclass(frozen=True, slots=True)
class Ancestors:
    """The known bases of a class, with those of its bases in this file.

    `complete` where every base is known, or lies in a library that knows nothing of frameworks; an
    unknown one may define anything.
    """

    names: frozenset[str] = frozenset()
    complete: bool = True
    outside: tuple[str, ...] = ()
    """The addresses of the bases in other files."""
    waits: bool = False
    """Whether the facts of a base are still to come."""
    named: bool = True
    """Whether every base is in this file, or known as a class of a library, which knows nothing of
    attributes that a class of this file invents, even where it is not `complete`."""

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
    complete, all_named, waits = True, True, False
    outside: list[str] = []
    for base in node.bases if isinstance(node, ast.ClassDef) else ():
        # `Generic[T]` derives from `Generic`.
        named = base.value if isinstance(base, ast.Subscript) else base
        found = module.names.resolve(definition, path_of(named))
        if found.definition is not None and found.kind is Kind.CLASS:
            above = module.ancestors(found.definition)
            names |= above.names
            complete = complete and above.complete
            all_named = all_named and above.named
            outside += above.outside
            waits = waits or above.waits
        elif found.kind is Kind.QUALIFIED and found.name is not None:
            names.add(found.name)
            about = None
            effect = effect_of(found.name)
            if is_outside(found.name):
                waits = waits or module.externals.symbol(found.name) is None
                about = module.externals.class_(found.name)
            if about is not None:
                names |= about.ancestors
                outside.append(about.address)
            plain = found.name in MODEL_BASES or found.name in PLAIN_BASES
            all_named = all_named and (effect is not None or plain)
            complete = complete and (
                (effect is not None and effect.kind not in _WITH_METHODS_OF_THEIR_OWN)
                or plain
                or module.names.is_foreign(found.name)
                or (about is not None and about.complete)
            )
        else:
            complete = all_named = False
    all_named = all_named or complete
    return Ancestors(frozenset(names), complete, tuple(outside), waits, all_named)
