"""What happens to resources in a body."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from leakwise.facts.apis.held import Resource
from leakwise.facts.terms.events import Event, Loop
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.values import Source, Value

if TYPE_CHECKING:
    from leakwise.facts.code.definitions import Definition


class Handed(StrEnum):
    """How a resource left the body that took it, for somebody who may release it."""

    RETURNED = "returned"
    """Or yielded."""
    STORED = "stored"
    """Kept by what outlives the body."""
    PASSED = "passed"
    """Into code that is not known: `atexit.register(file.close)` too."""
    CAPTURED = "captured"
    """By a function made in the body."""


@dataclass(frozen=True, slots=True)
class Acquisition(Event):
    """A resource taken that must be given back, such as a hook's handle or a file.

    `receiver` is what it was taken from, "" where a call of a class or function makes it;
    `fresh_in` the loops in whose body the receiver is bound anew, `renewed_in` those in which it is
    another object in each round, also where it is a part of something; `lasting` whether it is
    reached through a parameter or an outer name, so that it outlives the body. `bound_to` is the
    path that holds the resource, `kept_at` those that outlive the body, `gathered` whether a
    container keeps it beside others, `handed` how it leaves the body. `started` is False for a
    process, thread or profiler that was made and not started here, which holds nothing yet.
    """

    what: Value
    callee: str
    receiver: str
    receiver_value: Value
    fresh_in: tuple[Loop, ...]
    lasting: bool
    bound_to: str | None
    statement: Place
    resource: Resource
    renewed_in: tuple[Loop, ...]
    handed: frozenset[Handed] = frozenset()
    kept_at: tuple[str, ...] = ()
    gathered: bool = False
    started: bool = True

    @property
    def handed_on(self) -> bool:
        """Whether somebody else may release it."""
        return bool(self.handed)


@dataclass(frozen=True, slots=True)
class Giving(Event):
    """A call that gives a resource back, or a `with` that does when it is left (`entered`).

    `sources` are those of what is given back, `reached` the paths through which it is reached: that
    of `h` and of `handles` in `for h in handles: h.remove()`. `all_by` is a function that gives
    back all there are of its resources, or, `of_latest`, the one that was taken last.
    """

    sources: frozenset[Source]
    reached: frozenset[str]
    all_by: str | None = None
    entered: bool = False
    of_latest: bool = False


@dataclass(frozen=True, slots=True)
class Starting(Event):
    """A call that starts a process, thread or profiler; `sources` are those of it."""

    sources: frozenset[Source]


@dataclass(frozen=True, slots=True)
class HandingIn(Event):
    """What is or may hold a resource, and is given to a function of this file; `by_name` where the
    name of a method alone tells that it is this one."""

    definition: "Definition"
    parameter: str | None
    sources: frozenset[Source]
    reached: frozenset[str]
    by_name: bool = False
