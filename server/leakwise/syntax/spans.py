"""Several changes of lines as one."""

from collections.abc import Sequence

from leakwise.syntax.building import Span
from leakwise.text import LineChange


def whole_change(
    changes: Sequence[LineChange], old: Sequence[str], new: Sequence[str]
) -> Span | None:
    """One span that holds all `changes`, which lead in order from `old` to `new`.

    Lines at its ends that are as they were are left out; None if no line differs.
    """
    if not changes:
        first, removed, added = 0, len(old), len(new)
    else:
        first, removed, added = changes[0].first, changes[0].removed, changes[0].added
    for change in changes[1:]:
        low = min(first, change.first)
        high = max(first + added, change.first + change.removed)
        removed = high - added + removed - low
        added = high + change.added - change.removed - low
        first = low
    if len(old) - removed + added != len(new) or not 0 <= first <= len(old) - removed:
        first, removed, added = 0, len(old), len(new)
    shared = min(removed, added)
    head = 0
    while head < shared and old[first + head] == new[first + head]:
        head += 1
    shared -= head
    tail = 0
    last_old, last_new = first + removed - 1, first + added - 1
    while tail < shared and old[last_old - tail] == new[last_new - tail]:
        tail += 1
    removed, added = removed - head - tail, added - head - tail
    return Span(first + head, removed, added) if removed or added else None
