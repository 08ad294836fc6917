"""Keeping statements alive while their text does not parse."""

from collections.abc import Sequence
from dataclasses import dataclass

from leakwise.syntax.blocks import Block, damaged, own_nodes
from leakwise.syntax.building import Span
from leakwise.syntax.headers import heal_headers
from leakwise.syntax.hunks import Hunk, Reference, compose, remap
from leakwise.syntax.index import BlockIndex
from leakwise.syntax.layout import groups_of, indentation, is_code
from leakwise.syntax.mending import mend
from leakwise.syntax.parsing import Parsed, SyntaxProblem, parse_lines
from leakwise.syntax.standin import flattened, mark, stand_in


def heal(
    blocks: Sequence[Block],
    span: Span,
    old_lines: Sequence[str],
    new_lines: Sequence[str],
    indent: str,
    problem: SyntaxProblem,
    index: BlockIndex,
) -> list[Block]:
    """Blocks in the place of `blocks`, whose text in `new_lines` does not parse.

    `problem` counts from the first of the blocks. Statements that were not touched since they last
    parsed are kept, and what was touched is stood in for by its last version that parsed.
    """
    first = blocks[0]
    if len(blocks) == 1 and first.suites and heal_headers(first, span, new_lines, problem):
        index.enter(first)
        return [first]
    start = first.start
    change = Hunk(span.first - start, span.removed, span.first - start, span.added)
    reference = _reference(blocks, old_lines)
    if reference is not None and reference.lines is not None:
        hunks, newest = compose(reference.hunks, change)
        typed = new_lines[start + newest.start : start + newest.start + newest.added]
        partial = _partial(reference.lines, hunks, newest, typed, indent)
        if partial is not None:
            parent = first.parent
            return stand_in(partial.parsed, partial.hunks, start, blocks, parent, [problem], index)
    if len(blocks) > 1 or first.suites or reference is None:
        block = flattened(blocks, old_lines, 0, index)
        reference = block.reference or Reference(None, ())
    hunks, newest = compose(reference.hunks, change)
    remap(own_nodes(first), first.base, (change,))
    first.line_count += span.growth
    mark(first, Reference(reference.lines, tuple(hunks)), [problem], bool(span.growth))
    index.enter(first)
    return [first]


def heal_afresh(lines: Sequence[str], index: BlockIndex) -> list[Block]:
    """The blocks of a whole document that does not parse and of which no other text is known."""
    mended = mend(lines, "")
    parsed = parse_lines(mended.lines)
    if isinstance(parsed, SyntaxProblem) or not parsed.statements:
        raise AssertionError("a mended text parses")
    hunks = [Hunk(first, count, first, count) for first, count in mended.spans]
    return stand_in(parsed, hunks, 0, [], None, mended.problems, index)


def fits(parsed: Parsed, indent: str) -> bool:
    """Whether what was parsed has statements, and those are indented as their suite is."""
    if not parsed.statements:
        return False
    first = groups_of(parsed, parsed.statements[:1])[0].start
    return indentation(parsed.lines[first]) == indent


def _reference(blocks: Sequence[Block], old_lines: Sequence[str]) -> Reference | None:
    """What blocks were parsed from, with the lines that they were given since; None if unknown."""
    known = blocks[0].reference
    if len(blocks) > 1 or known is None:
        if any(map(damaged, blocks)):
            return None
        return Reference(old_lines[blocks[0].start : blocks[-1].end], ())
    if known.lines is None:
        return known
    covered = len(known.lines) + sum(hunk.added - hunk.removed for hunk in known.hunks)
    rest = old_lines[blocks[0].start + covered : blocks[0].end]
    return Reference([*known.lines, *rest], known.hunks)


@dataclass(frozen=True, slots=True)
class _Partial:
    """A text that parses, and the hunks that lead from it to what was typed."""

    parsed: Parsed
    hunks: list[Hunk]


def _partial(
    lines: Sequence[str],
    hunks: Sequence[Hunk],
    newest: Hunk,
    typed: Sequence[str],
    indent: str,
) -> _Partial | None:
    """The last text that parsed with as much as parses of the newest hunk as it was typed.

    The older hunks are stood in for. None if nothing of the newest one can be taken.
    """
    head, tail = lines[: newest.first], lines[newest.first + newest.removed :]
    parsed: Parsed | None = None
    if len(hunks) > 1:
        parsed = _parsed([*head, *typed, *tail], indent)
    inner: list[Hunk] = []
    if parsed is None:
        if sum(map(is_code, typed)) < 2:
            return None
        mended = mend(_ended([*head, *typed, *tail]), indent)
        low, high = len(head), len(head) + len(typed)
        if not all(low <= first and first + count <= high for first, count in mended.spans):
            return None
        inner = [Hunk(first, count, first, count) for first, count in mended.spans]
        if not any(map(is_code, _outside(typed, inner, low))):
            return None
        old = lines[newest.first : newest.first + newest.removed]
        parsed, inner = _grafted(mended.lines, inner, old, typed, low, indent)
        if parsed is None:
            return None
    grown = len(parsed.lines) - len(lines)
    place = hunks.index(newest)
    above, below = hunks[:place], hunks[place + 1 :]
    return _Partial(
        parsed,
        [*above, *inner, *(Hunk(h.first + grown, h.removed, h.start, h.added) for h in below)],
    )


def _grafted(
    lines: list[str],
    spans: list[Hunk],
    old: Sequence[str],
    typed: Sequence[str],
    low: int,
    indent: str,
) -> tuple[Parsed | None, list[Hunk]]:
    """Mended lines parsed, with the old version in the place of the one statement that fails."""
    if len(spans) == 1 and old:
        retained = set(_outside(typed, spans, low))
        fresh = [line for line in old if line not in retained]
        span = spans[0]
        text = [*lines[: span.first], *fresh, *lines[span.first + span.removed :]]
        parsed = _parsed(text, indent) if fresh else None
        if parsed is not None:
            return parsed, [Hunk(span.first, len(fresh), span.start, span.added)]
    return _parsed(lines, indent), spans


def _outside(typed: Sequence[str], spans: Sequence[Hunk], low: int) -> list[str]:
    inside = {line for span in spans for line in range(span.start, span.start + span.added)}
    return [text for line, text in enumerate(typed, low) if line not in inside]


def _parsed(lines: Sequence[str], indent: str) -> Parsed | None:
    parsed = parse_lines(_ended(lines), indent)
    return None if isinstance(parsed, SyntaxProblem) or not fits(parsed, indent) else parsed


def _ended(lines: Sequence[str]) -> list[str]:
    """The lines with a terminator each, as the last one of an earlier text may have had none."""
    ended = [line if line.endswith(("\r", "\n")) else line + "\n" for line in lines[:-1]]
    return [*ended, *lines[-1:]]
