"""Stretches of neighbouring blocks, small ones inside larger ones, and what is kept about them."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from leakwise.facts.incremental.queries import Cell, Node
from leakwise.syntax import LOTS, Block, subtree

M = TypeVar("M")

MOST_BLOCKS = 12
MOST_LINES = 24
"""The most blocks of a smallest stretch, and from how many lines on it is full."""
_CUTS = (LOTS // 3, LOTS // 12, LOTS // 48)
"""By level: a block whose lot is lower ends a stretch."""
TOP_LEVEL = len(_CUTS) - 1
_SHORT = (6, 24)
"""By level: how many blocks a suite has at most whose largest stretches are of that level."""
KEPT = 8
"""How many memos begin at one block: one for each round of the loops round it."""
_FEW = 64

_runs = itertools.count(1)


def level_of(blocks: Sequence[Block]) -> int:
    """The level of the largest stretches that a suite of so many blocks is cut into: in short ones
    several levels would hold the same."""
    return next((level for level, most in enumerate(_SHORT) if len(blocks) <= most), TOP_LEVEL)


def stretches(blocks: Sequence[Block], level: int) -> Iterator[list[Block]]:
    """Neighbouring blocks, cut where a block's own number says so: an insertion moves no cut. On
    level 0 a compound statement stands alone."""
    limit = _CUTS[level]
    stretch: list[Block] = []
    lines = 0
    for block in blocks:
        alone = not level and _is_compound(block)
        if alone and stretch:
            yield stretch
            stretch, lines = [], 0
        stretch.append(block)
        lines += block.line_count
        full = not level and (lines >= MOST_LINES or len(stretch) >= MOST_BLOCKS)
        if alone or full or block.lot < limit:
            yield stretch
            stretch, lines = [], 0
    if stretch:
        yield stretch


def _is_compound(block: Block) -> bool:
    statements = block.statements
    return bool(statements) and ("body" in statements[0]._fields or bool(block.children))


class Settled:
    """What was read elsewhere and is known to be up to date, during one run of a body."""

    def __init__(self) -> None:
        self._at: dict[Node, int] = {}

    def stand(self, reads: dict[Node, int]) -> bool:
        """Whether all that was read changed last when it had; brings it up to date for that."""
        settled = self._at
        if reads.items() <= settled.items():
            return True
        for node, changed_at in reads.items():
            if node not in settled:
                node.settle()
                # What is being computed may come out otherwise yet.
                if not (isinstance(node, Cell) and node.computing):
                    settled[node] = node.changed_at
            if node.changed_at != changed_at:
                return False
        return True


@dataclass(slots=True)
class _Kept(Generic[M]):
    run: int = 0
    now: list[M] = field(default_factory=list)
    """Those that were used or made in this run."""
    earlier: list[M] = field(default_factory=list)
    """Those of the last run that came here."""


class Store(Generic[M]):
    """Memos by the block at which their stretch begins, and its level.

    Those inside a stretch that stands as a whole are not looked at, and wait until it is run.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[Block, int], _Kept[M]] = {}
        self._run = 0
        self._pruned = 0

    def begin(self) -> None:
        """A run begins."""
        self._run = next(_runs)

    def at(self, block: Block, level: int) -> Iterable[M]:
        """The memos that begin at a block: those of this run, then those of an earlier one."""
        kept = self._at(block, level)
        return (*kept.now, *kept.earlier)

    def keep(self, memo: M, block: Block, level: int) -> None:
        """Keeps a memo that was used or made."""
        now = self._at(block, level).now
        if len(now) < KEPT and all(memo is not known for known in now):
            now.append(memo)

    def clear(self) -> None:
        """Forgets all."""
        self._kept = {}

    def prune(self, blocks: Iterable[Block]) -> None:
        """Forgets, once it is much, what is not about `blocks` and those beneath them."""
        if len(self._kept) > 2 * self._pruned + _FEW:
            alive = {one for block in blocks for one in subtree(block)}
            self._kept = {key: kept for key, kept in self._kept.items() if key[0] in alive}
            self._pruned = len(self._kept)

    def _at(self, block: Block, level: int) -> _Kept[M]:
        kept = self._kept.get((block, level))
        if kept is None:
            kept = self._kept[block, level] = _Kept(self._run)
        elif kept.run != self._run:
            kept.run, kept.earlier, kept.now = self._run, kept.now, []
        return kept
