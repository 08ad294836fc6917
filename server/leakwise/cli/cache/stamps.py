"""How a path looks on the disk, to see at the cost of a stat that nothing has changed."""

import os
import stat

from leakwise.sources.digests import blake2b

Stamp = tuple[int, int, int, int]
"""Times of the last change of the content and of the file's entry in nanoseconds, its size in
bytes, and its number in the file system. Of a folder only the first says something."""

UNSURE: Stamp = (0, 0, 0, 0)
"""Stands for a stamp that proves nothing: content is compared instead."""

COARSEST_NS = 2_000_000_000
"""What was changed less than this before a check may change again without another time: some file
systems count in steps of two seconds."""


def stamp_of(path: str) -> Stamp | None:
    """How `path` looks now; None where nothing is there."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    if stat.S_ISDIR(found.st_mode):
        return found.st_mtime_ns, 0, 0, 0
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def settled(stamp: Stamp, began: int) -> Stamp:
    """The stamp, where a change after `began` would surely give another one; UNSURE else."""
    return stamp if max(stamp[:2]) < began - COARSEST_NS else UNSURE


def digest_of(data: bytes) -> str:
    """What stands for a content."""
    return blake2b(data, digest_size=16).hexdigest()


def digest_in(path: str) -> str | None:
    """What stands for the content of the file at `path`; None where it cannot be read, or is a pipe
    or device, of which reading may have no end."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None
        with open(path, "rb") as stream:
            return digest_of(stream.read())
    except (OSError, ValueError):
        return None
