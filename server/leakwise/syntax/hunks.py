"""Hunks: where a text differs from the one that stands in for it, line by line."""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hunk:
    """`removed` lines of one text from `first` on are `added` lines of the other from `start`."""

    first: int
    removed: int
    start: int
    added: int


@dataclass(frozen=True, slots=True)
class Reference:
    """The lines that a broken block's statements were parsed from, None where they are not known.

    The hunks lead from these lines to the block's present ones; all count from the block's start.
    """

    lines: Sequence[str] | None
    hunks: tuple[Hunk, ...]


def compose(hunks: Iterable[Hunk], change: Hunk) -> tuple[list[Hunk], Hunk]:
    """The hunks that lead over `hunks`, then `change`; and the one of them that holds the change.

    `change` leads from the text that `hunks` lead to. Hunks that share lines become one, as do one
    that only removed lines and a change in its place.
    """
    first, last = change.first, change.first + change.removed
    before: list[Hunk] = []
    after: list[Hunk] = []
    merged: list[Hunk] = []
    for hunk in hunks:
        end = hunk.start + hunk.added
        if end < first or (hunk.added and end == first):
            before.append(hunk)
        elif hunk.start > last or (hunk.added and hunk.start == last):
            after.append(hunk)
        else:
            merged.append(hunk)
            first, last = min(first, hunk.start), max(last, end)
    grown_before = sum(hunk.added - hunk.removed for hunk in before)
    grown_within = sum(hunk.added - hunk.removed for hunk in merged)
    grown = change.added - change.removed
    whole = Hunk(first - grown_before, last - first - grown_within, first, last - first + grown)
    moved = [Hunk(h.first, h.removed, h.start + grown, h.added) for h in after]
    return [*before, whole, *moved], whole


def mapped(line: int, hunks: Sequence[Hunk]) -> int:
    """Where a line stands behind `hunks`; one that they removed is put among those they added."""
    moved = line
    for hunk in hunks:
        if line < hunk.first:
            break
        if line < hunk.first + hunk.removed:
            inside = min(line - hunk.first, max(hunk.added - 1, 0))
            return max(hunk.start + inside - (hunk.added == 0), 0)
        moved = line + hunk.start + hunk.added - hunk.first - hunk.removed
    return moved


def remap(nodes: Iterable[ast.AST], base: int, hunks: Sequence[Hunk]) -> None:
    """Puts `nodes`, which start at line `base` for relative line 0, where the hunks lead them."""
    if all(hunk.added == hunk.removed for hunk in hunks):
        return
    for node in nodes:
        line = getattr(node, "lineno", None)
        if line is not None:
            end = getattr(node, "end_lineno", None) or line
            node.lineno = base + mapped(line - base, hunks)  # type: ignore[attr-defined]
            node.end_lineno = base + mapped(end - base, hunks)  # type: ignore[attr-defined]


def merged(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Spans of (first, last) lines from top to bottom, those that meet as one."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)
