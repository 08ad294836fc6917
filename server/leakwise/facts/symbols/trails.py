"""What an answer rests on: the files and folders that were looked at for it."""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass

from leakwise.facts.symbols.questions import Dependency, Location

ABSENT = -1
"""Stands in a `Dependency` for both numbers of what is not there."""


@dataclass(frozen=True, slots=True)
class Located:
    """Where a symbol is defined, None where that is not known, and what was looked at on the way.

    `consulted` holds absolute paths: files that were read, and of what was not found the folders in
    which it would have to appear.
    """

    location: Location | None
    consulted: tuple[str, ...]


def dependency_on(path: str) -> Dependency:
    """`path` as it is on the disk now. A folder has no size: what it lists is in its time."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return Dependency(path, ABSENT, ABSENT)
    return Dependency(path, found.st_mtime_ns, 0 if stat.S_ISDIR(found.st_mode) else found.st_size)


def hold(dependencies: Iterable[Dependency]) -> bool:
    """Whether all is on the disk as it was."""
    return all(dependency_on(one.path) == one for one in dependencies)
