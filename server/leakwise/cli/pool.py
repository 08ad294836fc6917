"""Processes that check files, and end when they are no longer wanted."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from leakwise.cli.checking import check_file
from leakwise.cli.shown import CheckedFile, unchecked


def check_chunks(
    chunks: Sequence[Sequence[str]], jobs: int, with_fixes: bool
) -> Iterator[CheckedFile]:
    """What came of the files in `chunks`, in no fixed order, by `jobs` processes."""
    lost: list[str] = []
    with _pool(jobs) as pool:
        futures = {pool.submit(_check_chunk, chunk, with_fixes): chunk for chunk in chunks}
        for future in as_completed(futures):
            try:
                yield from future.result()
            except BrokenProcessPool:
                lost += futures[future]
    yield from _check_singly(lost, with_fixes)


def _check_chunk(paths: Sequence[str], with_fixes: bool) -> list[CheckedFile]:
    return [check_file(path, with_fixes) for path in paths]


def _check_singly(paths: Sequence[str], with_fixes: bool) -> Iterator[CheckedFile]:
    """Checks what was lost with a process that died, so that only its culprit stays unchecked."""
    waiting = list(reversed(paths))
    while waiting:
        with _pool(1) as pool:
            while waiting:
                path = waiting.pop()
                try:
                    yield pool.submit(check_file, path, with_fixes).result()
                except BrokenProcessPool:
                    why = "the checking process died on it (out of memory?)"
                    advice = "check it alone, and please report it if that fails too"
                    yield unchecked(path, f"{why} - {advice}")
                    break


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    # The command line has one thread only, so that forking is safe; elsewhere the system's own
    # libraries may have more.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    pool = ProcessPoolExecutor(jobs, context, initializer=_begin)
    try:
        yield pool
    except BaseException:
        for child in multiprocessing.active_children():
            child.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Prepares a checking process: the parent alone answers Ctrl-C, and it never outlives it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
