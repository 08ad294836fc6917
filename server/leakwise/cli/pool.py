"""Processes that check files, and end when they are no longer wanted."""

import multiprocessing
import multiprocessing.util
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TYPE_CHECKING

from leakwise.cli.checking import check_together
from leakwise.cli.shown import CheckedFile, unchecked
from leakwise.engine.outside import Outside
from leakwise.engine.settings import Overrides, SettingsResolver

if TYPE_CHECKING:
    from leakwise.facts.symbols.questions import ToldData

    _About = tuple[Sequence[str], Overrides, Mapping[str, ToldData]]

_TO_END = (signal.SIGINT, signal.SIGTERM)
"""What ends a check: Ctrl-C, and whoever runs it."""


def check_chunks(
    chunks: Sequence[Sequence[str]],
    jobs: int,
    folders: Sequence[str],
    overrides: Overrides,
    told: "Mapping[str, ToldData]",
    with_fixes: bool,
) -> Iterator[CheckedFile]:
    """What came of the files in `chunks`, in no fixed order, by `jobs` processes; `folders` are
    those of the projects, `overrides` win over their settings files, and `told` is what these tell
    of libraries, by folders."""
    lost: list[str] = []
    about = folders, overrides, told
    with _pool(jobs, about) as pool:
        with _signals_held():
            futures = {pool.submit(_check_chunk, chunk, with_fixes): chunk for chunk in chunks}
        for future in as_completed(futures):
            try:
                yield from future.result()
            except BrokenProcessPool:
                lost += futures[future]
    yield from _check_singly(lost, about, with_fixes)


def _check_chunk(paths: Sequence[str], with_fixes: bool) -> list[CheckedFile]:
    return list(check_together(paths, _outside, _settings, with_fixes))


def _check_singly(paths: Sequence[str], about: "_About", with_fixes: bool) -> Iterator[CheckedFile]:
    """Checks what was lost with a process that died, so that only its culprit stays unchecked."""
    waiting = list(reversed(paths))
    while waiting:
        with _pool(1, about) as pool:
            while waiting:
                path = waiting.pop()
                try:
                    with _signals_held():
                        future = pool.submit(_check_chunk, [path], with_fixes)
                    yield from future.result()
                except BrokenProcessPool:
                    why = "the checking process died on it (out of memory?)"
                    advice = "check it alone, and please report it if that fails too"
                    yield unchecked(path, f"{why} - {advice}")
                    break


@contextmanager
def _signals_held() -> Iterator[None]:
    """Has Ctrl-C and the signal to end wait while processes begin: what they raise is lost in the
    code that Python runs around a fork."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _TO_END)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _pool(jobs: int, about: "_About") -> Iterator[ProcessPoolExecutor]:
    # The command line has one thread only, so that forking is safe; elsewhere the system's own
    # libraries may have more.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    pool = ProcessPoolExecutor(jobs, context, initializer=_begin, initargs=about)
    try:
        yield pool
    except BaseException:
        for child in multiprocessing.active_children():
            child.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


_outside = Outside(())
"""Who asks about other files in this process."""

_settings = SettingsResolver()
"""Who knows the settings in this process."""


def _begin(folders: Sequence[str], overrides: Overrides, told: "Mapping[str, ToldData]") -> None:
    """Prepares a checking process: the parent alone answers Ctrl-C, and it never outlives it."""
    global _outside, _settings
    _settings = SettingsResolver(overrides)
    _outside = Outside(folders, _settings, told=told)
    # A child process runs what is registered here, and not `atexit`, when it ends.
    multiprocessing.util.Finalize(None, _outside.close, exitpriority=10)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _TO_END)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
