"""Parsing the headers of a split block again, without its suites."""

import ast
import re
from collections.abc import Sequence

from leakwise.syntax.blocks import (
    Block,
    Suite,
    assemble,
    move,
    next_revision,
    own_nodes,
    settle_ends,
)
from leakwise.syntax.building import Span
from leakwise.syntax.hunks import Hunk, merged, remap
from leakwise.syntax.index import BlockIndex
from leakwise.syntax.layout import groups_of, indentation, is_code, is_continued, suites_of
from leakwise.syntax.lexical import open_string
from leakwise.syntax.parsing import Parsed, SyntaxProblem, parse_lines

_WORD = re.compile(r"\w+|\W")


def rehead(
    block: Block,
    span: Span,
    old_lines: Sequence[str],
    lines: Sequence[str],
    indent: str,
    index: BlockIndex,
) -> bool:
    """Takes a change of a split block's own lines into the block, if it does no more than that.

    False, and nothing is changed, where the change reaches into suites or makes other ones. Headers
    that do not parse are healed: the old ones stay, and their lines are half-typed.
    """
    place = _header_of(block, span)
    if place is None or not _keeps_bounds(block, place, span, lines):
        return False
    skeleton, passes = _skeleton(block, place, span, lines)
    parsed = parse_lines(skeleton, indent)
    if isinstance(parsed, SyntaxProblem):
        if not _opens_alike(block, place, span, old_lines, lines):
            return False
        _keep_old(block, place, span, lines, parsed)
        index.enter(block)
        return True
    suites = _matching_suites(block, parsed, passes)
    if suites is None or indentation(skeleton[0]) != indent:
        return False
    index.forget(block)
    _take(block, parsed, suites, passes, place, span)
    index.enter(block)
    return True


def heal_headers(block: Block, span: Span, lines: Sequence[str], problem: SyntaxProblem) -> bool:
    """Keeps the old headers of a split block whose changed ones do not parse.

    `lines` are the document's new ones. False if the change is not one of its own lines alone.
    """
    place = _header_of(block, span)
    if place is None:
        return False
    _keep_old(block, place, span, lines, problem)
    return True


def _header_of(block: Block, span: Span) -> int | None:
    """Which of the block's headers holds the whole change: that before suite number n."""
    low = block.start
    for position in range(len(block.suites) + 1):
        behind = position == len(block.suites)
        high = block.end if behind else block.suites[position].start
        inside = low <= span.first and span.first + span.removed <= high
        if inside and (span.removed or span.first > low):
            return position
        if not behind:
            low = block.suites[position].end
    return None


def _keeps_bounds(block: Block, place: int, span: Span, lines: Sequence[str]) -> bool:
    """Whether a header still begins with code, and no backslash joins it to its suite."""
    low, high = _bounds(block, place)
    high += span.growth
    return low < high and is_code(lines[low]) and not is_continued(lines[high - 1])


def _skeleton(
    block: Block, place: int, span: Span, lines: Sequence[str]
) -> tuple[list[str], list[int]]:
    """The new headers with a `pass` for each suite, and the lines of those."""
    skeleton: list[str] = []
    passes: list[int] = []
    start = block.start
    for position, suite in enumerate(block.suites):
        growth = span.growth if position >= place else 0
        skeleton += lines[start : suite.start + growth]
        passes.append(len(skeleton))
        skeleton.append(suite.indent + "pass\n")
        start = suite.end + growth
    skeleton += lines[start : block.end + span.growth]
    return skeleton, passes


def _matching_suites(
    block: Block, parsed: Parsed, passes: Sequence[int]
) -> list[tuple[ast.AST, str]] | None:
    """The new places of the block's suites; None if they are not just those."""
    groups = groups_of(parsed, parsed.statements)
    if len(groups) != 1 or groups[0].start or len(parsed.statements) != 1:
        return None
    statement = parsed.statements[0]
    if isinstance(statement, ast.ClassDef) != isinstance(block.statements[0], ast.ClassDef):
        return None
    found: list[tuple[ast.AST, str]] = []
    for owner, name in suites_of(statement):
        body: list[ast.stmt] = getattr(owner, name)
        if not body:
            continue
        line = body[0].lineno - parsed.shift
        if line in passes:
            if len(body) != 1 or not isinstance(body[0], ast.Pass) or line != passes[len(found)]:
                return None
            found.append((owner, name))
        elif _on_own_line(body[0], parsed):
            return None
    return found if len(found) == len(passes) else None


def _on_own_line(statement: ast.stmt, parsed: Parsed) -> bool:
    line = parsed.lines[statement.lineno - parsed.shift]
    return len(line) - len(line.lstrip(" \t\f")) == statement.col_offset


def _opens_alike(
    block: Block, place: int, span: Span, old_lines: Sequence[str], lines: Sequence[str]
) -> bool:
    """Whether a changed header that does not parse still begins as it did and ends in itself."""
    low, high = _bounds(block, place)
    fresh = lines[low : high + span.growth]
    old, new = _opening(old_lines[low:high]), _opening(fresh)
    return old == new and open_string("".join(fresh)) is None


def _opening(lines: Sequence[str]) -> tuple[str, str]:
    line = next(filter(is_code, lines), "")
    word = _WORD.match(line.lstrip(" \t\f"))
    return indentation(line), word[0] if word else ""


def _bounds(block: Block, place: int) -> tuple[int, int]:
    low = block.suites[place - 1].end if place else block.start
    return low, block.suites[place].start if place < len(block.suites) else block.end


def _keep_old(
    block: Block, place: int, span: Span, lines: Sequence[str], problem: SyntaxProblem
) -> None:
    low, high = _bounds(block, place)
    high += span.growth
    change = Hunk(span.first - block.start, span.removed, span.first - block.start, span.added)
    remap(own_nodes(block), block.base, (change,))
    for suite in block.suites[place:]:
        for child in suite.blocks:
            move(child, span.growth)
    block.line_count += span.growth
    last = block.line_count - 1
    fresh = (min(change.start, last), min(max(change.start + change.added - 1, 0), last))
    fresh = (fresh[0], max(fresh))
    behind = change.first + change.removed
    known = any(a <= change.first and behind <= b + 1 for a, b in block.half_typed)
    if span.removed and not known:
        code = [line for line in range(low, high) if is_code(lines[line])]
        if code:
            fresh = (code[0] - block.start, code[-1] - block.start)
    moved = [_moved(old, change) for old in block.half_typed]
    half_typed = merged([*((low, min(high, last)) for low, high in moved if low <= last), fresh])
    if half_typed != block.half_typed:
        block.half_typed = half_typed
        block.revision = block.own_revision = next_revision()
    inside = next(((a, b) for a, b in half_typed if a <= fresh[0] <= b), fresh)
    block.problem = SyntaxProblem(inside[0], problem.message)
    settle_ends(block)


def _moved(lines: tuple[int, int], change: Hunk) -> tuple[int, int]:
    first, last = lines
    growth = change.added - change.removed
    if first >= change.first + change.removed:
        return first + growth, last + growth
    if last >= change.first:
        return first, max(first, last + growth)
    return lines


def _take(
    block: Block,
    parsed: Parsed,
    suites: Sequence[tuple[ast.AST, str]],
    passes: Sequence[int],
    place: int,
    span: Span,
) -> None:
    hunks: list[Hunk] = []
    for position, (suite, line) in enumerate(zip(block.suites, passes, strict=True)):
        if position >= place:
            for child in suite.blocks:
                move(child, span.growth)
        hunks.append(Hunk(line, 1, suite.start - block.start, suite.end - suite.start))
    block.base = parsed.shift
    block.line_count += span.growth
    block.statements = parsed.statements
    block.suites = [
        Suite(owner, name, suite.indent, suite.blocks)
        for suite, (owner, name) in zip(block.suites, suites, strict=True)
    ]
    for suite in block.suites:
        getattr(suite.owner, suite.field).clear()
    remap(own_nodes(block), block.base, hunks)
    assemble(block)
    settle_ends(block)
    block.half_typed, block.problem, block.reference = (), None, None
    block.unhealed = False
    block.revision = block.own_revision = next_revision()
