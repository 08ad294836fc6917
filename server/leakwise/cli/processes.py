"""Checks many files, with several processes where that pays."""

import gc
import os
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from leakwise.cli.shown import CheckedFile
from leakwise.engine.outside import Outside
from leakwise.engine.settings import Overrides, SettingsResolver

if TYPE_CHECKING:
    from leakwise.facts.symbols.questions import ToldData

CHUNK_BYTES = 200_000
CHUNK_FILES = 50


def check_files(
    paths: Sequence[str],
    jobs: int,
    folders: Sequence[str],
    overrides: Overrides,
    told: "Mapping[str, ToldData]",
    with_fixes: bool,
) -> Generator[CheckedFile, None, None]:
    """What came of each of `paths`, in no fixed order, by up to `jobs` processes; `folders` are
    those of their projects, `overrides` win over their settings files, and `told` is what these
    tell of libraries, by folders.

    When the caller stops early, by an exception or by closing the iterator, the processes end.
    """
    # Each file makes many small objects that die together: looking for circles among them less
    # often saves a tenth of the time.
    gc.freeze()
    gc.set_threshold(50_000)
    chunks = _chunks(paths)
    jobs = min(jobs, len(chunks))
    if jobs > 1:
        # A check of a few files is over before these libraries are loaded.
        from leakwise.cli.pool import check_chunks

        yield from check_chunks(chunks, jobs, folders, overrides, told, with_fixes)
        return
    from leakwise.cli.checking import check_together

    settings = SettingsResolver(overrides)
    with closing(Outside(folders, settings, told=told)) as outside:
        for chunk in chunks:
            yield from check_together(chunk, outside, settings, with_fixes)


def available_processors() -> int:
    """The number of processors that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _chunks(paths: Sequence[str]) -> list[list[str]]:
    """`paths` in portions that are worth sending, large files first so that none comes last."""
    chunks: list[list[str]] = []
    room = 0
    for size, path in sorted(((_size(path), path) for path in paths), reverse=True):
        if not chunks or room < size or len(chunks[-1]) == CHUNK_FILES:
            chunks.append([])
            room = CHUNK_BYTES
        chunks[-1].append(path)
        room -= size
    return chunks


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except (OSError, ValueError):
        return 0
