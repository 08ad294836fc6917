"""What rules about resources share: how often one is taken that nobody gives back."""

from collections.abc import Iterator

from leakwise.facts import Acquisition, BodyFacts, Fate, Life, Loop, Place, Rhythm
from leakwise.rule import Applicability, Finding, Fix, FixContext, RelatedPlace
from leakwise_rules.wording import shown


def lost(body: BodyFacts, *nouns: str, likely: bool = False) -> Iterator[tuple[Acquisition, Fate]]:
    """The resources of these kinds, by their nouns, that nobody is left to release; with `likely`
    also those that only a base class which cannot be found might release."""
    for taken in body.acquisitions:
        if taken.resource.noun in nouns and taken.started:
            fate = body.fate(taken)
            if fate.lost or (likely and fate.likely_lost):
                yield taken, fate


def repeated(body: BodyFacts, taken: Acquisition) -> tuple[bool, Loop | None]:
    """Whether a resource is taken again and again, and the loop of this body that does so."""
    loop = body.repeating_loop(taken)
    if loop is not None:
        return True, loop
    if body.fate(taken).once or body.name == "__init__":
        return False, None
    return body.rhythm > Rhythm.ONCE, None


def few_rounds(loop: Loop | None, most: int) -> bool:
    """Whether a loop is known to have no more than `most` rounds."""
    return loop is not None and loop.trips is not None and loop.trips <= most


def kept_by_object(fate: Fate) -> bool:
    """Whether an attribute keeps the resource as long as its object lives."""
    return any(owner.life is Life.OBJECT for owner in fate.owners)


def holder_of(body: BodyFacts, taken: Acquisition) -> str | None:
    """The path of what keeps the resource longer than the round or call that took it."""
    kept = [path for path in taken.kept_at if path != taken.bound_to]
    kept += [one.holder for one in body.keepings if taken.place in one.stored.sources]
    return next(iter((*kept, *taken.kept_at)), None)


def leak_path(body: BodyFacts, taken: Acquisition, loop: Loop | None) -> Iterator[RelatedPlace]:
    """Which loop or call takes one more, and what holds it."""
    noun = taken.resource.noun
    if loop is not None:
        yield RelatedPlace(loop.place, f"Each iteration of this loop makes one more {noun}.")
    elif body.name is not None:
        yield RelatedPlace(body.place, f"Each call of this function makes one more {noun}.")
    for path in taken.kept_at[:1]:
        yield RelatedPlace(taken.statement, f"`{shown(path)}` keeps it.")


def close_anchors(
    taken: Acquisition, loop: Loop | None, *, gathered_too: bool = False
) -> dict[str, tuple[Place, ...]]:
    """The places that `close_fixes` needs: the statement that binds the resource to a name, and the
    loop in whose body it stands. None where something else keeps it too, unless it may be closed
    all the same."""
    name = taken.bound_to
    if name is None or not name.isidentifier():
        return {}
    shared = taken.gathered or bool({*taken.kept_at} - {name})
    if shared and not gathered_too:
        return {}
    managed = taken.resource.with_releases and not shared
    in_loop = loop is not None and taken.loops[-1] == loop
    return {
        "made": (taken.statement,) if managed else (),
        "loop": (loop.place,) if loop and in_loop else (),
    }


def close_fixes(finding: Finding, context: FixContext, name: str) -> Iterator[Fix]:
    """A `with` round the rest of the block, or else a `close()` at the end of the loop's body."""
    for statement in finding.anchors.get("made", ()):
        if edits := context.bind_with(statement):
            yield Fix("Close it by a `with` statement", edits, Applicability.UNSAFE)
            return
    for loop in finding.anchors.get("loop", ()):
        if edits := context.append_last(loop, f"{name}.close()"):
            yield Fix("Close it at the end of each iteration", edits, Applicability.UNSAFE)
