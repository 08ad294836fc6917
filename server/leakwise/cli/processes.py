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
from leakwise.sources.shares import portions

if TYPE_CHECKING:
    from leakwise.facts.symbols.questions import ToldData


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
    gc.enable()
    gc.freeze()
    gc.set_threshold(50_000)
    chunks = portions(paths, jobs)
    with closing(Outside(folders, SettingsResolver(overrides), told=told)) as outside:
        # One process is enough for a few files; many are left to others, which are replaced when
        # they have grown.
        if len(chunks) > 1 and (jobs > 1 or sys.platform == "linux"):
            # A check of a few files is over before these libraries are loaded.
            from leakwise.cli.pool import Pool

            about = folders, overrides, told, with_fixes
            yield from Pool(about, outside.take).checked(chunks, min(jobs, len(chunks)))
            return
        from leakwise.cli.checking import check_together

        settings = SettingsResolver(overrides)
        for chunk in chunks:
            yield from check_together(chunk, outside, settings, with_fixes)


def available_processors() -> int:
    """The number of processors that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
