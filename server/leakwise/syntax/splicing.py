"""Putting changed blocks in the place of old ones, and making all around them true again."""

from collections.abc import Sequence
from dataclasses import dataclass

from leakwise.syntax.blocks import (
    Block,
    Suite,
    assemble,
    move,
    move_headers,
    next_revision,
    settle_ends,
)
from leakwise.syntax.building import Span
from leakwise.syntax.parsing import SyntaxProblem


@dataclass(slots=True)
class Level:
    """The blocks from `low` to `high` of one suite; of the whole document if `owner` is None."""

    owner: Block | None
    suite: Suite | None
    blocks: list[Block]
    low: int
    high: int

    @property
    def indent(self) -> str:
        """The indentation of the suite's statements."""
        return self.suite.indent if self.suite else ""


@dataclass(frozen=True, slots=True)
class Before:
    """What has to be remembered of a level's blocks before they are replaced."""

    end: int
    revisions: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, blocks: Sequence[Block]) -> "Before":
        """The end and the revisions of `blocks`, of which there is at least one."""
        return cls(blocks[-1].end, tuple((id(block), block.revision) for block in blocks))


def splice(
    levels: Sequence[Level],
    low: int,
    high: int,
    fresh: Sequence[Block],
    before: Before,
    span: Span,
) -> None:
    """Puts `fresh`, already in its new place, for the last level's blocks from `low` to `high`.

    `levels` lead from the document down to that level. All blocks behind are moved, and the blocks
    around get their new ends, suites and revisions.
    """
    blocks = levels[-1].blocks
    blocks[low : high + 1] = fresh
    growth, end = span.growth, before.end
    after = tuple((id(block), block.revision) for block in fresh)
    changed = after != before.revisions
    restructured = [key for key, _ in after] != [key for key, _ in before.revisions]
    _move_all(blocks[low + len(fresh) :], growth)
    for depth in range(len(levels) - 1, 0, -1):
        owner, suite = levels[depth].owner, levels[depth].suite
        assert owner is not None
        assert suite is not None
        owner_end = owner.end
        behind = end - owner.start
        if growth:
            move_headers(owner, behind, growth)
            _move_marks(owner, behind, growth)
            for later in owner.suites[owner.suites.index(suite) + 1 :]:
                _move_all(later.blocks, growth)
            owner.line_count += growth
        if changed:
            if depth == len(levels) - 1:
                assemble(owner)
                if restructured:
                    owner.own_revision = next_revision()
            owner.revision = next_revision()
        settle_ends(owner)
        end = owner_end
        above = levels[depth - 1]
        _move_all(above.blocks[above.low + 1 :], growth)


def _move_all(blocks: Sequence[Block], lines: int) -> None:
    if lines:
        for block in blocks:
            move(block, lines)


def _move_marks(block: Block, behind: int, lines: int) -> None:
    block.half_typed = tuple(
        (first + lines, last + lines) if first >= behind else (first, last)
        for first, last in block.half_typed
    )
    if block.problem and block.problem.line >= behind:
        block.problem = SyntaxProblem(block.problem.line + lines, block.problem.message)
