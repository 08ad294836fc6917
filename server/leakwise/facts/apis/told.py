"""What users tell of libraries that no table knows.

It is carried by the names of what they tell of: where a name stands for such a function, it is
called by another name, which says what is known. So the tables' look-ups need no state.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from leakwise.facts.apis.effects import DIFFERENTIABLE, Effect, Gives, instance
from leakwise.facts.apis.held import NOTHING, Resource
from leakwise.facts.terms.values import Kind
from leakwise.sources import uri_to_path

_PREFIX = "leakwise.told."
_RESOURCES = f"{_PREFIX}resources."
NOUN = "declared resource"
"""What messages call a resource that users tell of."""

_EFFECTS: Mapping[str, Effect] = {
    "models": instance(Kind.MODULE),
    "keras_models": instance(Kind.KERAS_MODEL),
    "tensors": DIFFERENTIABLE,
    "detaching": Effect(Gives.NEW_TENSOR, Kind.TENSOR),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of functions and classes: by the full name of each, the name that says it.
    `release` has the methods that release what they give."""

    names: Mapping[str, str] = field(default_factory=dict)
    release: frozenset[str] = NOTHING

    def name_of(self, qualified: str, uri: str) -> str | None:
        """The name that says what is told of `qualified`, as it is imported in the document at
        `uri`; None where nothing is told."""
        if not self.names:
            return None
        if not qualified.startswith("."):
            return self.names.get(qualified)
        path = uri_to_path(uri)
        rest = qualified.lstrip(".")
        folders = () if path is None else path.parts[: -(len(qualified) - len(rest))]
        whole = ".".join((*folders[1:], rest))
        return next(
            (told for name, told in self.names.items() if f".{whole}".endswith(f".{name}")), None
        )


NOTHING_TOLD = Told()


def told(functions: Mapping[str, Iterable[str]], resources: Mapping[str, str]) -> Told:
    """What is told of `functions`, by what they give, and of what gives `resources`, each with the
    method that releases them."""
    names = {
        name: f"{_PREFIX}{gives}.{name}" for gives, those in functions.items() for name in those
    }
    names.update((name, f"{_RESOURCES}{close}.{name}") for name, close in resources.items())
    return Told(names, frozenset(resources.values()))


def told_effect(qualified: str) -> Effect | None:
    """What calling a name gives that says what is told; None for other names."""
    if not qualified.startswith(_PREFIX):
        return None
    if qualified.startswith(_RESOURCES):
        return instance(Kind.RESOURCE)
    return _EFFECTS.get(qualified[len(_PREFIX) :].partition(".")[0])


def told_resource(qualified: str) -> Resource | None:
    """The resource that a call of such a name gives; None for other names."""
    if not qualified.startswith(_RESOURCES):
        return None
    close = qualified[len(_RESOURCES) :].partition(".")[0]
    return Resource(
        Kind.RESOURCE, NOUN, "what it holds", frozenset({close}), freed_when_dropped=False
    )
