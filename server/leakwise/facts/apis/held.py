"""What is held until it is released, as data."""

from dataclasses import dataclass

from leakwise.facts.terms.values import Kind

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that is held until it is released.

    `noun` names it in a message, `holds` what it costs. `release` are methods of the object,
    `release_functions` qualified functions that are given it, or nothing for all of its kind.
    """

    kind: Kind
    noun: str
    holds: str
    release: frozenset[str] = NOTHING
    release_functions: frozenset[str] = NOTHING
    with_releases: bool = True
    """Whether leaving a `with` of it releases it. Entering it gives the object itself."""
    freed_when_dropped: bool = True
    """Whether it is released once nothing refers to it; False where threads, registries or the
    object that it hangs on keep it."""
    started_by: frozenset[str] = NOTHING
    """Methods that begin to hold; empty where making it does. Entering a `with` does too."""
    consumed_by: frozenset[str] = NOTHING
    """Methods that read all there is and thereby release."""
    lent_to: frozenset[str] = NOTHING
    """Methods of other objects that are given it as an argument, use it and do not keep it."""
    part: int | None = None
    """Which element of the result it is; None for the result itself."""
    of_process: bool = False
    """Whether the call sets up state of the process, and gives no object that stands for it."""


def named(resource: Resource, *names: str) -> dict[str, Resource]:
    """The same resource for several names, each text holding some separated by white space."""
    return {name: resource for text in names for name in text.split()}
