"""What rules about open files share: which ones are kept together."""

from collections.abc import Iterator

from leakwise.facts import Acquisition, BodyFacts, Handed, Kind, Life, Loop, Release, Rhythm
from leakwise_rules.releases import few_rounds
from leakwise_rules.workers import in_dataset

_HANDFUL = 16
_STORED = frozenset({Handed.STORED})
_HARMLESS = frozenset({Handed.RETURNED, Handed.STORED})


def gathered_open(body: BodyFacts) -> Iterator[tuple[Acquisition, Loop | None]]:
    """The files that a loop, or each call of a data set for a sample, opens and puts into a
    container, where nothing reads or closes them."""
    for taken in body.acquisitions:
        if taken.resource.kind is not Kind.FILE or not taken.gathered:
            continue
        fate = body.fate(taken)
        loop = body.repeating_loop(taken)
        # Who is given a file may close it. Of an image nobody knows that it is open, and what a
        # data set gives is made of its files.
        samples = in_dataset(body) and bool(taken.kept_at)
        harmless = _HARMLESS if taken.resource.consumed_by or samples else _STORED
        if (
            (
                loop is not None
                or (body.rhythm is Rhythm.STEP and taken.kept_at)
                or _kept_for_requests(body, taken)
            )
            and (
                loop is None
                or not loop.is_comprehension
                or taken.bound_to
                or taken.kept_at
                or taken.handed
            )
            and not few_rounds(loop, _HANDFUL)
            and fate.release is Release.NEVER
            and fate.handed <= harmless
            and not any(owner.released_by or not owner.known for owner in fate.owners)
        ):
            yield taken, loop


def _kept_for_requests(body: BodyFacts, taken: Acquisition) -> bool:
    """Whether each request to a server adds one to what is there when it is answered."""
    if not body.answers_requests:
        return False
    holder = body.holder(taken)
    return holder is not None and holder.life is Life.PROCESS and not holder.bounded
