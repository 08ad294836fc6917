"""What rules ask of a class."""

from typing import TYPE_CHECKING

from leakwise.facts.values import Value

if TYPE_CHECKING:
    from leakwise.facts.body import BodyFacts
    from leakwise.facts.definitions import Definition
    from leakwise.facts.module import ModuleFacts


class ClassFacts:
    """The facts of one class of the file."""

    def __init__(self, module: "ModuleFacts", definition: "Definition") -> None:
        self.module = module
        self.definition = definition

    @property
    def name(self) -> str:
        """The class's name."""
        return self.definition.name

    def derives_from(self, *qualified: str) -> bool:
        """Whether one of these is known to be a base, directly or through classes of this file."""
        known = self.module.ancestors(self.definition)
        return any(name in known.names for name in qualified)

    @property
    def is_module(self) -> bool:
        """Whether this is known to be a `torch.nn.Module`."""
        return self.module.ancestors(self.definition).is_module

    @property
    def bases_known(self) -> bool:
        """Whether every base is in this file or in the tables, so that absence means something."""
        return self.module.ancestors(self.definition).complete

    @property
    def methods(self) -> tuple[str, ...]:
        """The names of the methods defined in the class itself."""
        return self.module.method_names(self.definition)

    def attribute(self, name: str) -> Value:
        """What `self.name` holds, as far as the class's own methods tell."""
        return self.module.attribute(self.definition, name)

    def writers(self, attribute: str) -> tuple[str, ...]:
        """The methods that assign `self.attribute`, or empty or cut it: `clear()`, `detach_()`,
        `del`."""
        return self.module.attribute_writers(self.definition, attribute)

    def bodies_mentioning(self, attribute: str) -> tuple["BodyFacts", ...]:
        """The class's own methods in whose code an attribute of this name stands."""
        found = self.module.scopes.mentioning(attribute)
        return tuple(
            self.module.facts(one)
            for one in found
            if one.parent is self.definition and one.is_function
        )
