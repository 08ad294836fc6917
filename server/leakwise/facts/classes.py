"""What rules ask of a class."""

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import FunctionNode
from leakwise.facts.code.names import path_of
from leakwise.facts.keeping.holders import is_class_attribute, limits_of_attribute
from leakwise.facts.keeping.holdings import attributes_of, holds
from leakwise.facts.repeating.requests import called_in_loop
from leakwise.facts.resources.fates import Owner, attribute_owner, is_closable
from leakwise.facts.terms.events import CallSite, ModuleCall
from leakwise.facts.terms.lifetimes import Rhythm
from leakwise.facts.terms.values import Kind, Value

if TYPE_CHECKING:
    from leakwise.facts.body import BodyFacts
    from leakwise.facts.code.definitions import Definition
    from leakwise.facts.code.inheritance import Ancestors
    from leakwise.facts.module import ModuleFacts

_PROPERTIES = frozenset(
    {"property", "cached_property", "lazy_property", "setter", "abstractproperty"}
)


class ClassFacts:
    """The facts of one class of the file."""

    def __init__(self, module: "ModuleFacts", definition: "Definition") -> None:
        self.module = module
        self.definition = definition

    @functools.cached_property
    def _above(self) -> "Ancestors":
        return self.module.ancestors(self.definition)

    @property
    def name(self) -> str:
        """The class's name."""
        return self.definition.name

    def derives_from(self, *qualified: str) -> bool:
        """Whether one of these is known to be a base, directly or through classes of this file."""
        known = self._above
        return any(name in known.names for name in qualified)

    def derives_under(self, prefix: str) -> bool:
        """Whether a base is known whose qualified name begins so: `keras.callbacks.`."""
        known = self._above
        return any(name.startswith(prefix) for name in known.names)

    @property
    def is_test_case(self) -> bool:
        """Whether a base is a test case by its name: of unittest, absl or TensorFlow."""
        known = self._above
        return any(name.endswith("TestCase") for name in known.names)

    @property
    def is_module(self) -> bool:
        """Whether this is known to be a `torch.nn.Module`."""
        return self._above.is_module

    @property
    def bases_known(self) -> bool:
        """Whether every base is in this file or in the tables, so that absence means something."""
        return self._above.complete

    def invents(self, attribute: str) -> bool:
        """Whether the constructor makes an attribute that no base can know: every base is in this
        file or a known class of a library."""
        own = "__init__" in self.writers(attribute)
        return own and self._above.named

    @property
    def has_bases_elsewhere(self) -> bool:
        """Whether a base is a class of another file of the project: who calls the methods that it
        asks for need not stand in this one."""
        return bool(self._above.outside)

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

    def bodies_mentioning(self, *words: str) -> tuple["BodyFacts", ...]:
        """The class's own methods in whose code one of these names stands."""
        found = dict.fromkeys(one for word in words for one in self.module.scopes.mentioning(word))
        return tuple(
            self.module.facts(one)
            for one in found
            if one.parent is self.definition and one.is_function
        )

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that the class's own methods give `self`, sorted."""
        return attributes_of(self.module, self.definition)

    def holds(self, kinds: frozenset[Kind]) -> bool:
        """Whether an object of the class holds a value of one of some kinds: in an attribute, a
        container in one, or another object of the file."""
        return holds(self.module, self.definition, kinds)

    @property
    def properties(self) -> tuple[str, ...]:
        """The methods that are read like attributes: properties, cached ones too."""
        return tuple(name for name in self.methods if self._is_property(name))

    def _is_property(self, name: str) -> bool:
        method = self.module.method(self.definition, name)
        if method is None or not isinstance(method.node, FunctionNode):
            return False
        method.code.read()
        found = [path_of(decorator) or "" for decorator in method.node.decorator_list]
        return any(path.rpartition(".")[2] in _PROPERTIES for path in found)

    def rhythm(self, method: str) -> Rhythm:
        """How often a method of the class, or of a base in this file, runs."""
        found = self.module.method(self.definition, method)
        return Rhythm.UNKNOWN if found is None else self.module.rhythm(found)

    def emptied_by(self, attribute: str) -> tuple[str, ...]:
        """The functions of this file that empty, trim or replace what `self.attribute` holds, or
        take something out of it; not `__init__`, which makes it."""
        found = limits_of_attribute(self.module, self.definition, attribute)
        return tuple(sorted({limit.function for limit in found}))

    def owner(self, attribute: str) -> Owner:
        """Who releases what `self.attribute` holds."""
        return attribute_owner(self.module, self.definition, f"self.{attribute}", attribute)

    @property
    def is_closable(self) -> bool:
        """Whether it has a method such as `close()` or `__exit__()`, of its own or by a base in
        this file."""
        return is_closable(self.module, self.definition)

    def shares(self, attribute: str) -> bool:
        """Whether `self.attribute` is one container of the class, which all its objects share."""
        return is_class_attribute(self.module, self.definition, attribute)

    @property
    def run_in_loop(self) -> bool:
        """Whether a body of this file that makes a network of the class, or a function that it
        hands it to, runs it in a loop: what is done with it is seen."""
        makers = dict.fromkeys(caller for caller, _ in self.module.call_sites(self.definition))
        return any(
            call.loops and call.callee_value.definition is self.definition
            for maker in makers
            for one in (maker, *self._handed_in(maker))
            for call in self.module.body(one).of(ModuleCall)
        )

    def _handed_in(self, maker: "Definition") -> Iterator["Definition"]:
        """The functions of the file that a body hands an object of the class to."""
        for site in self.module.body(maker).of(CallSite):
            called = site.value.definition
            if called is not None and any(
                given.value.definition is self.definition for given in site.arguments
            ):
                yield called

    @property
    def made_in_loop(self) -> bool:
        """Whether a loop or comprehension of this file makes objects of the class."""
        return called_in_loop(self.module, self.definition)
