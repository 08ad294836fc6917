"""What neighbouring blocks did when they were run, so that it can be done again without them.

A memo depends on the names that stand in its blocks, not on the whole state: what an edit did to
other names leaves it standing.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from leakwise.facts.incremental.noted import NotedBefore
from leakwise.facts.incremental.queries import Database, Node
from leakwise.facts.incremental.stretches import Settled, Store
from leakwise.facts.interpreter.state import Outcome, State, root_of
from leakwise.facts.terms.events import GradMode, Loop
from leakwise.facts.terms.values import Value
from leakwise.syntax import Block

T = TypeVar("T")
Loops = tuple[Loop, ...]


class Snapshot:
    """What holds for some names of a state and what hangs on them, for comparing."""

    __slots__ = ("evaluating", "fresh_in", "grad", "parts", "paths", "roots", "values")

    def __init__(self, state: State, roots: tuple[str, ...]) -> None:
        # Lists that are made and compared without a step of Python for each name.
        parts = list(map(state.parts.get, roots))
        paths = roots
        if any(parts):
            paths = (*roots, *itertools.chain.from_iterable(filter(None, parts)))
        self.roots = roots
        self.parts = parts
        self.paths = paths
        self.values = list(map(state.values.get, paths))
        self.fresh_in = list(map(state.fresh_in.get, paths))
        self.evaluating = _evaluating(state, roots)
        self.grad = state.grad

    def holds_in(self, state: State) -> bool:
        """Whether all of it is as it is in a state."""
        return (
            self.grad is state.grad
            and list(map(state.values.get, self.paths)) == self.values
            and list(map(state.parts.get, self.roots)) == self.parts
            and list(map(state.fresh_in.get, self.paths)) == self.fresh_in
            and self.evaluating == _evaluating(state, self.roots)
        )


def _evaluating(state: State, roots: Iterable[str]) -> dict[str, Value]:
    if not state.evaluating:
        return {}
    chosen = set(roots)
    return {path: one for path, one in state.evaluating.items() if root_of(path) in chosen}


@dataclass(slots=True)
class Change:
    """What some statements changed in a state."""

    values: dict[str, Value]
    fresh_in: dict[str, Loops]
    parts: dict[str, frozenset[str]]
    evaluating: dict[str, Value]
    unbound: list[str]
    unfreshed: list[str]
    without_parts: list[str]
    left_evaluation: list[str]
    touched: frozenset[str]
    grad: GradMode
    dead: bool
    carriers: "Carriers | None"

    @classmethod
    def between(
        cls, before: Snapshot, after: Snapshot, dead: bool, lasting: Sequence[Value] | None
    ) -> "Change":
        """What is otherwise in a state, which may be dead, than it was before. `lasting` are values
        that are the same ones each time they are asked for; None outside of loops."""
        values, unbound = _difference(before.paths, before.values, after.paths, after.values)
        fresh_in, stale = _difference(before.paths, before.fresh_in, after.paths, after.fresh_in)
        parts, without = _difference(before.roots, before.parts, after.roots, after.parts)
        return cls(
            values,
            fresh_in,
            parts,
            after.evaluating,
            unbound,
            stale,
            without,
            [path for path in before.evaluating if path not in after.evaluating],
            frozenset((*values, *fresh_in, *unbound, *stale)),
            after.grad,
            dead,
            None if lasting is None else Carriers.among(values, before, lasting),
        )

    def make(self, state: State) -> None:
        """Changes a state in the same way."""
        carriers = None if self.carriers is None else self.carriers.now(self.values, state)
        state.values.update(self.values)
        state.values.update(carriers or ())
        state.fresh_in.update(self.fresh_in)
        state.parts.update(self.parts)
        state.evaluating.update(self.evaluating)
        for table, gone in (
            (state.values, self.unbound),
            (state.fresh_in, self.unfreshed),
            (state.parts, self.without_parts),
            (state.evaluating, self.left_evaluation),
        ):
            for key in gone:
                table.pop(key, None)
        if state.touched is not None:
            state.touched |= self.touched
        state.grad, state.dead = self.grad, self.dead


@dataclass(slots=True)
class Carriers:
    """How values with a graph came to paths. A loop tells by identity what its rounds bound anew,
    so that it has to find the same when these are not made again but repeated."""

    made: list[str]
    passed: dict[str, str]
    """The paths that such values were taken from as they were."""
    asked: list[str]

    @classmethod
    def among(
        cls, values: dict[str, Value], before: Snapshot, lasting: Sequence[Value]
    ) -> "Carriers":
        """The same, told by what there was before, and by values that last."""
        found = cls([], {}, [])
        for path, value in values.items():
            if not value.carries_graph:
                continue
            known = zip(before.paths, before.values, strict=True)
            source = next((name for name, held in known if held is value), None)
            if source is not None:
                found.passed[path] = source
            else:
                lasts = any(value is one for one in lasting)
                (found.asked if lasts else found.made).append(path)
        return found

    def now(self, values: dict[str, Value], state: State) -> dict[str, Value]:
        """What is otherwise than in `values` where these are put into a state."""
        held = state.values
        found = {path: held[source] for path, source in self.passed.items()}
        anew: dict[int, Value] = {}
        for path in self.made:
            value = values[path]
            found[path] = anew.setdefault(id(value), value.but())
        for path in self.asked:
            if held.get(path) == values[path]:
                found[path] = held[path]
        return found


class Effect:
    """What statements that were run do to a state. What they changed is found when they are to do
    it again for the first time: most never are."""

    __slots__ = ("_after", "_before", "_change", "_dead", "_lasting")

    def __init__(self, before: Snapshot, state: State, lasting: Sequence[Value] | None) -> None:
        """`state` is what they left; for `lasting` see `Change`."""
        self._before = before
        self._after = Snapshot(state, before.roots)
        self._dead = state.dead
        self._lasting = lasting
        self._change: Change | None = None

    def make(self, state: State) -> None:
        """Changes a state in the same way."""
        if self._change is None:
            self._change = Change.between(self._before, self._after, self._dead, self._lasting)
            self._after, self._lasting = self._before, None
        self._change.make(state)


def _difference(
    old_keys: Sequence[str],
    old: Sequence[T | None],
    new_keys: Sequence[str],
    new: Sequence[T | None],
) -> tuple[dict[str, T], list[str]]:
    """What keys have got, and the keys that have nothing any more.

    Also what is equal to what was there: a loop tells by identity what its rounds bound anew.
    """
    before = dict(zip(old_keys, old, strict=True))
    got: dict[str, T] = {}
    for key, value in zip(new_keys, new, strict=True):
        known = before.pop(key, None)
        if known is value:
            continue
        if value is None:
            before[key] = known
        else:
            got[key] = value
    return got, [key for key, known in before.items() if known is not None]


@dataclass(slots=True)
class Memo:
    """What some blocks did: what they were given, what they read elsewhere, what came of it."""

    blocks: list[Block]
    revisions: list[int]
    loops: Loops
    evidence: list[object]
    before: Snapshot
    effect: Effect
    outcome: Outcome
    breaks: list[Effect]
    continues: list[Effect]
    reads: dict[Node, int]
    """What was read elsewhere, and when it had changed last."""
    captured: dict[str, Value | None]
    """What names held that do not stand in the blocks, and that a function refers to which they
    hand on."""

    def is_of(self, blocks: list[Block], revisions: list[int], loops: Loops) -> bool:
        """Whether it is of these blocks as they are now, in these loops."""
        return self.blocks == blocks and self.revisions == revisions and self.loops == loops

    def holds_in(self, state: State) -> bool:
        """Whether all that the blocks were given is as it is in a state."""
        return self.before.holds_in(state) and all(
            state.values.get(name) == value for name, value in self.captured.items()
        )

    def repeat(self, state: State, outcome: Outcome) -> None:
        """Does again what the blocks did."""
        for effects, states in (
            (self.breaks, outcome.breaks),
            (self.continues, outcome.continues),
        ):
            for effect in effects:
                left = state.copy()
                effect.make(left)
                states.append(left)
        self.effect.make(state)
        outcome.merge(self.outcome)


def memo_of(
    blocks: list[Block],
    revisions: list[int],
    loops: Loops,
    evidence: list[object],
    before: Snapshot,
    state: State,
    outcome: Outcome,
    reads: Iterable[Node],
    captured: dict[str, Value | None],
    lasting: Sequence[Value],
) -> Memo:
    """A memo of blocks that were just run; it takes their `outcome` for its own. For `lasting` see
    `Change`."""
    known = lasting if loops else None
    breaks = [Effect(before, one, known) for one in outcome.breaks]
    continues = [Effect(before, one, known) for one in outcome.continues]
    outcome.breaks, outcome.continues = [], []
    return Memo(
        blocks,
        revisions,
        loops,
        evidence,
        before,
        Effect(before, state, known),
        outcome,
        breaks,
        continues,
        {node: node.changed_at for node in reads},
        captured,
    )


class Memos:
    """The memos of one body, kept from run to run."""

    def __init__(self, database: Database) -> None:
        self.runs: Store[Memo] = Store()
        """What stretches did."""
        self.settled = Settled()
        self.evidence = NotedBefore(database)
        """What is known by use in them."""

    def begin(self) -> None:
        """A run begins."""
        self.runs.begin()
        self.evidence.store.begin()
        self.settled = self.evidence.settled = Settled()

    def end(self, blocks: Iterable[Block]) -> None:
        """A run of a body with these blocks has ended. Forgets, now and then, what is gone."""
        self.runs.prune(blocks)
        self.evidence.store.prune(blocks)
        self.settled = self.evidence.settled = Settled()
