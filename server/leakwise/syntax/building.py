"""Making blocks of parsed statements, reusing those whose lines were not touched."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from leakwise.syntax.blocks import (
    Block,
    Suite,
    assemble,
    damaged,
    next_revision,
    settle_ends,
    subtree,
)
from leakwise.syntax.index import BlockIndex
from leakwise.syntax.layout import Group, suite_layouts
from leakwise.syntax.parsing import Parsed


@dataclass(frozen=True, slots=True)
class Span:
    """Lines from `first` on, `removed` of which gave way to `added`; absolute."""

    first: int
    removed: int
    added: int

    @property
    def growth(self) -> int:
        """How many lines the text has more."""
        return self.added - self.removed

    def carries(self, start: int, end: int) -> bool:
        """Whether the lines from `start` up to `end` were left alone."""
        return end <= self.first or start >= self.first + self.removed

    def moved(self, line: int) -> int:
        """Where a line that was left alone is now."""
        return line + self.growth if line >= self.first + self.removed else line


@dataclass(slots=True)
class Builder:
    """Makes blocks of one parsed text whose first line is the document's line `origin`.

    `span` is the change since the old blocks were true, None where their lines say nothing.
    Compound statements of more than `split_over` lines are split.
    """

    parsed: Parsed
    origin: int
    span: Span | None
    index: BlockIndex
    split_over: float

    def blocks(
        self,
        old: Sequence[Block],
        groups: Sequence[Group],
        limit: int,
        parent: Block | None,
    ) -> list[Block]:
        """A block for each group, the last up to line `limit` of what was parsed."""
        kept = self._kept(old, groups)
        heirs = self._heirs(old, groups, kept)
        blocks: list[Block] = []
        for position, group in enumerate(groups):
            end = groups[position + 1].start if position + 1 < len(groups) else limit
            block = kept.get(position)
            if block is None:
                block = self._build(group, end, heirs.get(position), parent)
            else:
                self._keep(block, group, end, parent)
            blocks.append(block)
        return blocks

    def _kept(self, old: Sequence[Block], groups: Sequence[Group]) -> dict[int, Block]:
        if self.span is None or not old or not groups:
            return {}
        positions = {group.start + self.origin: index for index, group in enumerate(groups)}
        kept: dict[int, Block] = {}
        for block in old:
            if not block.statements:
                if not groups[0].statements and not block.broken:
                    kept[0] = block
                continue
            if not self.span.carries(block.start, block.start + block.code_count):
                continue
            index = positions.get(self.span.moved(block.start))
            if index is None or damaged(block):
                continue
            group = groups[index]
            if group.end - group.start == block.code_count:
                kept[index] = block
        return kept

    def _heirs(
        self, old: Sequence[Block], groups: Sequence[Group], kept: dict[int, Block]
    ) -> dict[int, Block]:
        """Old blocks for the groups that are not kept: of one name, then in their order."""
        used = set(map(id, kept.values()))
        spare = [block for block in old if id(block) not in used]
        open_groups = [index for index in range(len(groups)) if index not in kept]
        heirs: dict[int, Block] = {}
        if len(spare) > 1 or len(open_groups) > 1:
            named = {_title(block.statements): block for block in reversed(spare)}
            for index in open_groups:
                title = _title(groups[index].statements)
                if title[1] and title in named:
                    heirs[index] = named.pop(title)
        taken = set(map(id, heirs.values()))
        rest = [block for block in spare if id(block) not in taken]
        waiting = [index for index in open_groups if index not in heirs]
        for index, block in zip(
            [index for index in waiting if groups[index].statements],
            [block for block in rest if block.statements],
            strict=False,
        ):
            heirs[index] = block
            taken.add(id(block))
        for block in rest:
            if id(block) not in taken:
                self.index.forget_all(block)
        return heirs

    def _keep(self, block: Block, group: Group, end: int, parent: Block | None) -> None:
        start = self.origin + group.start
        if start != block.start:
            growth = start - block.start
            for moved in subtree(block):
                moved.start += growth
        stretch(block, end - group.start)
        block.parent = parent

    def _build(self, group: Group, end: int, heir: Block | None, parent: Block | None) -> Block:
        parsed = self.parsed
        block = heir or Block()
        self.index.forget(block)
        old_suites, old_children = block.suites, block.children
        block.start = self.origin + group.start
        block.line_count = end - group.start
        block.base = group.start + parsed.shift
        block.statements = group.statements
        block.parent = parent
        block.half_typed = ()
        block.unhealed = False
        block.reference = block.problem = None
        block.revision = block.own_revision = next_revision()
        layouts = suite_layouts(group, parsed, end, self.split_over)
        block.suites = []
        for position, layout in enumerate(layouts):
            old = old_suites[position].blocks if position < len(old_suites) else []
            children = self.blocks(old, layout.groups, layout.end, block)
            block.suites.append(Suite(layout.owner, layout.field, layout.indent, children))
        for suite in old_suites[len(layouts) :]:
            for child in suite.blocks:
                self.index.forget_all(child)
        if layouts or old_children:
            assemble(block)
        if layouts:
            settle_ends(block)
        self.index.enter(block)
        return block


def stretch(block: Block, line_count: int) -> None:
    """Gives a block and the last ones beneath it the lines up to `line_count`."""
    growth = line_count - block.line_count
    current: Block | None = block
    while current is not None:
        current.line_count += growth
        last = current.children[-1] if current.children else None
        current = last if last is not None and last.end + growth == current.end else None


def _title(statements: Sequence[ast.stmt]) -> tuple[str, str]:
    if not statements:
        return "", ""
    return type(statements[0]).__name__, getattr(statements[0], "name", "")
