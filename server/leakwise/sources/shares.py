"""Which process checks what: neighbours together, and none waits while another has much to do."""

import os
from collections.abc import Sequence
from itertools import pairwise

MOST_BYTES = 200_000
"""How much of the sources is worth sending at a time."""
LEAST_BYTES = 20_000
MOST_FILES = 50
_PORTIONS = 6
"""Into at least so many portions for each process small trees are divided."""


def portions(paths: Sequence[str], processes: int) -> list[list[str]]:
    """`paths` in portions of files that lie side by side: what one of them rests on others do too.
    A file that is large by itself is a portion."""
    sized = [(_size(path), path) for path in paths]
    size = sum(size for size, _ in sized) // (_PORTIONS * processes)
    most = min(max(size, LEAST_BYTES), MOST_BYTES)
    found: list[list[str]] = []
    room = 0
    for size, path in sized:
        if not found or room < size or len(found[-1]) == MOST_FILES:
            found.append([])
            room = most
        found[-1].append(path)
        room -= size
    return found


class Shares:
    """Portions, of which each process has a run of neighbours; it helps others when it is done."""

    def __init__(self, portions: Sequence[list[str]], processes: int) -> None:
        large = [one for one in portions if len(one) == 1 and _size(one[0]) > MOST_BYTES]
        others = [one for one in portions if one not in large]
        self._large = sorted(large, key=lambda one: _size(one[0]))
        """What takes long comes first, so that nobody waits for it in the end."""
        bounds = [len(others) * number // processes for number in range(processes + 1)]
        self._runs = [others[first:last] for first, last in pairwise(bounds)]

    def next_for(self, process: int) -> list[str] | None:
        """What a process, by its number, is to check next; None where all is given out."""
        if self._large:
            return self._large.pop()
        if self._runs[process]:
            return self._runs[process].pop(0)
        longest = max(self._runs, key=len)
        return longest.pop() if longest else None


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except (OSError, ValueError):
        return 0
