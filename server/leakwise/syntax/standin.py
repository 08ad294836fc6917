"""Blocks of a text that parses and stands in for the document's, which does not."""

import ast
from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter

from leakwise.syntax import layout
from leakwise.syntax.blocks import Block, assemble, move, next_revision, own_nodes, subtree
from leakwise.syntax.building import Builder
from leakwise.syntax.hunks import Hunk, Reference, merged, remap
from leakwise.syntax.index import BlockIndex
from leakwise.syntax.layout import Group, groups_of, suites_of
from leakwise.syntax.parsing import Parsed, SyntaxProblem

_LINE = attrgetter("line")


def stand_in(
    parsed: Parsed,
    hunks: Sequence[Hunk],
    origin: int,
    old: Sequence[Block],
    parent: Block | None,
    problems: Sequence[SyntaxProblem],
    index: BlockIndex,
) -> list[Block]:
    """Blocks for the document's lines from `origin` on, for which the parsed ones stand in.

    The hunks lead from those to the document's lines. They and the problems count from `origin`.
    """
    groups = groups_of(parsed, parsed.statements)
    if origin == 0 and groups[0].start:
        groups.insert(0, Group(0, 0, []))
    groups[0].start = 0
    split_over = layout.SPLIT_EDITED_OVER if old else layout.SPLIT_OVER
    builder = Builder(parsed, origin, None, index, split_over)
    blocks = builder.blocks(old, groups, len(parsed.lines), parent)
    return _displaced(blocks, hunks, origin, parsed.lines, problems, index)


def flattened(
    blocks: Sequence[Block], lines: Sequence[str], origin: int, index: BlockIndex
) -> Block:
    """The first of `blocks` as a leaf that holds all their statements.

    `lines` are what the blocks were parsed from, the first being line `origin`.
    """
    first = blocks[0]
    start, base = first.start, first.base
    everything = [block for top in blocks for block in subtree(top)]
    hunks: list[Hunk] = []
    for block in everything:
        offset = block.start - start
        _shift(block, base - block.base + offset)
        for low, high in block.half_typed:
            hunks.append(Hunk(low + offset, high - low + 1, low + offset, high - low + 1))
        index.forget(block)
    end = blocks[-1].end
    text = None if hunks else lines[start - origin : end - origin]
    first.statements = [statement for block in blocks for statement in block.statements]
    first.line_count = end - start
    first.suites = []
    first.children = []
    first.half_typed = ()
    first.reference = Reference(text, tuple(sorted(hunks, key=lambda hunk: hunk.start)))
    first.unhealed = len(blocks) > 1
    first.revision = first.own_revision = next_revision()
    return first


def mark(
    block: Block, reference: Reference, problems: Sequence[SyntaxProblem], moved: bool
) -> None:
    """Makes a leaf one whose statements were parsed from `reference`.

    The problems count from the block's start; the first inside the half-typed lines is kept. The
    revision is new where `moved` says that nodes were, or where other lines are half-typed.
    """
    block.reference = reference
    spans = merged(_half_typed(block, hunk) for hunk in reference.hunks)
    if moved or spans != block.half_typed:
        block.half_typed = spans
        block.revision = block.own_revision = next_revision()
    for problem in problems:
        if any(low <= problem.line <= high for low, high in spans):
            block.problem = problem
            return
    message = problems[0].message if problems else "invalid syntax"
    block.problem = SyntaxProblem(spans[0][0] if spans else 0, message)


def _displaced(
    blocks: Sequence[Block],
    hunks: Sequence[Hunk],
    origin: int,
    lines: Sequence[str],
    problems: Sequence[SyntaxProblem],
    index: BlockIndex,
) -> list[Block]:
    """Puts blocks that are true for `lines` where the hunks lead, and marks those with hunks."""
    placed: list[Block] = []
    growth = 0
    for cluster, own in _clusters(blocks, hunks, origin):
        block = cluster[0]
        first = block.start - origin
        inner = [Hunk(h.first - first, h.removed, h.first - first, h.added) for h in own]
        text = lines[first : cluster[-1].end - origin]
        here = _within(problems, first + growth, len(text)) if inner else []
        whole = len(cluster) == 1 and not block.suites
        if inner and not whole and not _spread(cluster, inner, text, here, index):
            block = flattened(cluster, lines, origin, index)
        move(block, growth)
        if inner and not block.suites:
            growth += _settle(block, inner, text, here)
            index.enter(block)
        placed.append(block)
    return placed


def _clusters(
    blocks: Sequence[Block], hunks: Sequence[Hunk], origin: int
) -> list[tuple[list[Block], list[Hunk]]]:
    """The blocks with their hunks; together where they share one, or where one has no line left."""
    clusters: list[tuple[list[Block], list[Hunk]]] = []
    waiting = list(hunks)
    for block in blocks:
        start, end = block.start - origin, block.end - origin
        if clusters and _reaches(clusters[-1], start):
            clusters[-1][0].append(block)
        else:
            clusters.append(([block], []))
        while waiting and waiting[0].first < end + (not waiting[0].removed):
            clusters[-1][1].append(waiting.pop(0))
    if len(clusters) > 1 and not _lines_left(clusters[-1]):
        blocks_left, hunks_left = clusters.pop()
        clusters[-1][0].extend(blocks_left)
        clusters[-1][1].extend(hunks_left)
    return clusters


def _reaches(cluster: tuple[list[Block], list[Hunk]], start: int) -> bool:
    if any(hunk.first + hunk.removed > start for hunk in cluster[1]):
        return True
    return not _lines_left(cluster)


def _lines_left(cluster: tuple[list[Block], list[Hunk]]) -> int:
    count = sum(block.line_count for block in cluster[0])
    return count + sum(hunk.added - hunk.removed for hunk in cluster[1])


def _settle(
    block: Block, hunks: Sequence[Hunk], text: Sequence[str], problems: Sequence[SyntaxProblem]
) -> int:
    """Marks a leaf, whose hunks count from its start; the number of lines it grew by."""
    growth = 0
    led: list[Hunk] = []
    for hunk in hunks:
        led.append(Hunk(hunk.first, hunk.removed, hunk.first + growth, hunk.added))
        growth += hunk.added - hunk.removed
    remap(own_nodes(block), block.base, led)
    block.line_count += growth
    mark(block, Reference(text, tuple(led)), problems, True)
    return growth


def _spread(
    cluster: Sequence[Block],
    hunks: Sequence[Hunk],
    text: Sequence[str],
    problems: Sequence[SyntaxProblem],
    index: BlockIndex,
) -> bool:
    """Marks a split block's headers and children; False if that takes more than their lines."""
    block = cluster[0]
    if len(cluster) > 1 or any(hunk.removed != hunk.added for hunk in hunks):
        return False
    places = [(suite.start - block.start, suite.end - block.start) for suite in block.suites]
    for hunk in hunks:
        end = hunk.first + hunk.removed
        if any(low < end and hunk.first < high for low, high in places) and not any(
            low <= hunk.first and end <= high for low, high in places
        ):
            return False
    headers = list(hunks)
    for suite, (low, high) in zip(block.suites, places, strict=True):
        inside = [hunk for hunk in hunks if low <= hunk.first < high]
        if inside:
            headers = [hunk for hunk in headers if hunk not in inside]
            led = [Hunk(h.first - low, h.removed, h.start - low, h.added) for h in inside]
            here = _within(problems, low, high - low)
            suite.blocks[:] = _displaced(
                suite.blocks, led, block.start + low, text[low:high], here, index
            )
    assemble(block)
    if headers:
        block.half_typed = merged((h.first, h.first + h.removed - 1) for h in headers)
        found = [p for p in problems if any(a <= p.line <= b for a, b in block.half_typed)]
        block.problem = (
            found[0] if found else SyntaxProblem(block.half_typed[0][0], "invalid syntax")
        )
        index.enter(block)
    return True


def _within(problems: Sequence[SyntaxProblem], first: int, count: int) -> list[SyntaxProblem]:
    """The problems of `count` lines from `first` on, counted from there; the first one if none."""
    low = bisect_left(problems, first, key=_LINE)
    high = bisect_left(problems, first + count, low, key=_LINE)
    found = problems[low:high] or problems[:1]
    return [SyntaxProblem(problem.line - first, problem.message) for problem in found]


def _shift(block: Block, lines: int) -> None:
    if lines:
        for node in list(own_nodes(block)):
            if hasattr(node, "lineno"):
                node.lineno += lines
                node.end_lineno += lines  # type: ignore[attr-defined]


def _half_typed(block: Block, hunk: Hunk) -> tuple[int, int]:
    """The relative lines of the smallest statements that a hunk touches, and its own."""
    last_line = max(block.line_count - 1, 0)
    low = min(hunk.start if hunk.added else max(hunk.start - 1, 0), last_line)
    high = max(low, hunk.start + hunk.added - 1)
    inserted = not hunk.removed
    first, last = _touched(block.statements, low + block.base, high + block.base, inserted)
    return max(first - block.base, 0), min(last - block.base, last_line)


def _touched(
    statements: Sequence[ast.stmt], low: int, high: int, inserted: bool
) -> tuple[int, int]:
    least, most = low, high
    for statement in statements:
        first, last = statement.lineno, statement.end_lineno or statement.lineno
        decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
        if decorators:
            first = min(first, decorators[0].lineno)
        if last < low or first > high:
            continue
        bodies = [getattr(owner, name) for owner, name in suites_of(statement)]
        bodies = [body for body in bodies if body]
        header = bodies[0][0].lineno - 1 if bodies else last
        if bodies and inserted and low > statement.lineno:
            header = first
        if first <= high and low <= max(header, first):
            least, most = min(least, first), max(most, header)
        for body in bodies:
            inner = _touched(body, low, high, inserted)
            least, most = min(least, inner[0]), max(most, inner[1])
    return least, most
