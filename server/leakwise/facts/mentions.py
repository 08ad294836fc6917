"""What the names that stand in a body tell of it; asking costs no interpretation."""

import functools
from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leakwise.facts.body import BodyFacts
    from leakwise.facts.code.definitions import Definition
    from leakwise.facts.code.gathered import GatheredNames
    from leakwise.facts.code.names import ScopeIndex
    from leakwise.facts.module import ModuleFacts


class Mentions:
    """The part of a body's facts that its index of names tells."""

    module: "ModuleFacts"
    definition: "Definition"

    @functools.cached_property
    def index(self) -> "ScopeIndex | GatheredNames":
        """The names of the body's own code."""
        self.definition.code.read()
        return self.definition.index

    @functools.cached_property
    def may_take(self) -> bool:
        """Whether the body may take a resource; many rules ask."""
        return self.module.may_take(self.definition)

    @functools.cached_property
    def may_gather(self) -> bool:
        """Whether the body may put something into a container or mix it with something, itself or
        by a function of the file. Where this is not so, objects of other files' classes alone keep
        what their methods are given."""
        return self.module.may_gather(self.definition)

    @functools.cached_property
    def has_loops(self) -> bool:
        """Whether a loop or a comprehension stands in this body; asking costs no interpretation."""
        return self.index.has_trait("loop")

    def mentions(self, *words: str) -> bool:
        """Whether one of these identifiers stands anywhere in this body's code."""
        return not self._words.isdisjoint(words)

    def file_mentions(self, *words: str) -> bool:
        """Whether one of these identifiers, or packages that are imported from, stands anywhere in
        the file's code."""
        return any(map(self.module.scopes.mentioned, words))

    def file_bodies(self, word: str) -> tuple["BodyFacts", ...]:
        """The bodies of the file in whose own code an identifier stands."""
        found = self.module.scopes.mentioning(word)
        return tuple(self.module.facts(one) for one in found if not one.is_class)

    def spelling(self, qualified: str) -> str | None:
        """How this file writes a qualified name, such as `th.no_grad`; None where it cannot."""
        return self.module.names.spelling(qualified)

    def asked_for(self, methods: Iterable[str]) -> frozenset[str]:
        """The paths on which one of these methods is called."""
        return frozenset(self.index.asked_for(frozenset(methods)))

    def _calls_word(self, words: Iterable[str]) -> bool:
        return not self._called.isdisjoint(words)

    @functools.cached_property
    def _called(self) -> AbstractSet[str]:
        """What is called in the body's own code: a set, since rules ask dozens of times."""
        return _as_set(self.index.called_now())

    @functools.cached_property
    def _words(self) -> AbstractSet[str]:
        """Every identifier in the body's code, functions inside it included."""
        nested = self.index.nested_scopes()
        own = self.index.words_now()
        if not nested:
            return _as_set(own)
        words = set(own)
        pending = [one.names for one in nested]
        while pending:
            inside = pending.pop()
            words.update(inside.words_now())
            pending.extend(one.names for one in inside.nested_scopes())
        return words


def _as_set(words: Collection[str]) -> AbstractSet[str]:
    return words if isinstance(words, AbstractSet) else frozenset(words)
