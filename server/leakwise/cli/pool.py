"""Processes that check files, are replaced when they have grown, and end when they are no longer
wanted."""

import gc
import multiprocessing
import multiprocessing.util
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING

from leakwise.cli.checking import check_together
from leakwise.cli.shown import CheckedFile, unchecked
from leakwise.engine.outside import Outside
from leakwise.engine.settings import Overrides, SettingsResolver
from leakwise.facts.symbols import direct  # noqa: F401 - loaded once, before processes begin
from leakwise.facts.symbols.memory import memory_in_use
from leakwise.facts.symbols.project_index import ProjectIndex, index_of
from leakwise.parent import woken_without_parent
from leakwise.sources.shares import Shares

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

    from leakwise.facts.symbols.cache import Lines
    from leakwise.facts.symbols.questions import ToldData

    _About = tuple[Sequence[str], Overrides, Mapping[str, ToldData], bool]
    _Reply = tuple[list[CheckedFile], Lines, bool]

_TO_END = (signal.SIGINT, signal.SIGTERM, *(() if sys.platform == "win32" else (signal.SIGHUP,)))
"""What ends a check: Ctrl-C, whoever runs it, and its terminal when it is closed."""

MOST_MEMORY = 176 << 20
"""Bytes with which a process is replaced. That costs less than finding out what it may forget."""

# The command line has one thread only, so that forking is safe; elsewhere the system's own
# libraries may have more.
_FORKS = sys.platform == "linux"


class Pool:
    """Checks files by several processes. `about` has the folders of the projects, what wins over
    their settings files, what these tell of libraries by folders, and whether fixes are wanted.
    `take` is given what the processes learned of other files."""

    def __init__(self, about: "_About", take: "Callable[[Lines], None]") -> None:
        self._about = about
        self._take = take
        self._context = multiprocessing.get_context("fork" if _FORKS else "spawn")
        self._running: dict[Connection, _Checker] = {}
        self._numbers: set[int] = set()
        """Of the processes that were begun."""
        self._index: ProjectIndex | None = None
        """Of the project's files, for those that take the place of others."""

    def checked(self, chunks: Sequence[list[str]], processes: int) -> Iterator[CheckedFile]:
        """What came of the files in `chunks`, in no fixed order."""
        shares = Shares(chunks, processes)
        lost: list[str] = []
        with self._ended():
            for number in range(processes):
                self._begin(number, shares.next_for(number))
            while self._running:
                for connection in wait(list(self._running)):
                    assert isinstance(connection, Connection)
                    checker = self._running[connection]
                    files = self._reply(checker)
                    if files is None:
                        lost += checker.chunk
                    else:
                        yield from files
                    # One that has grown leaves the rest of its portion to the next.
                    rest = [] if files is None else checker.chunk[len(files) :]
                    chunk = rest or shares.next_for(checker.number)
                    if connection not in self._running:
                        self._begin(checker.number, chunk)
                    elif chunk is None:
                        self._end(checker)
                    else:
                        checker.ask(chunk)
        yield from self._checked_singly(lost)

    def _checked_singly(self, paths: Sequence[str]) -> Iterator[CheckedFile]:
        """Checks what was lost with a process that died, so that only its culprit stays
        unchecked."""
        for path in paths:
            with self._ended():
                self._begin(0, [path])
                files = self._reply(next(iter(self._running.values())))
            if files is not None:
                yield from files
                continue
            why = "the checking process died on it (out of memory?)"
            yield unchecked(path, f"{why} - check it alone, and please report it if that fails too")

    def _begin(self, number: int, chunk: list[str] | None) -> None:
        if chunk is None:
            return
        if number in self._numbers:
            self._prepare()
        self._numbers.add(number)
        with _signals_held():
            checker = _Checker(self._context, self._about, number, self._index)
            self._running[checker.connection] = checker
        checker.ask(chunk)

    def _prepare(self) -> None:
        """Reads what processes that take the place of others would each read again. Forked, they
        have it."""
        if _FORKS and self._index is None:
            self._index = index_of(Path(folder) for folder in self._about[0])
            self._index.prepare()

    def _reply(self, checker: "_Checker") -> list[CheckedFile] | None:
        """What came of the files that a process was asked to check; None where it died. One that
        has grown is no longer among those that run."""
        try:
            reply: _Reply = checker.connection.recv()
        except (EOFError, OSError):
            self._end(checker)
            return None
        files, learned, has_grown = reply
        self._take(learned)
        if has_grown:
            self._end(checker)
        return files

    def _end(self, checker: "_Checker") -> None:
        del self._running[checker.connection]
        checker.end()

    @contextmanager
    def _ended(self) -> Iterator[None]:
        """Ends at once, on the way out, all processes that still run."""
        try:
            yield
        finally:
            for checker in self._running.values():
                checker.process.kill()
            for checker in list(self._running.values()):
                self._end(checker)


class _Checker:
    """A process that checks files, as its parent sees it."""

    def __init__(
        self, context: "BaseContext", about: "_About", number: int, index: ProjectIndex | None
    ) -> None:
        self.number = number
        self.chunk: list[str] = []
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, *about, index))  # type: ignore[attr-defined]
        with closing(theirs):
            self.process.start()

    def ask(self, chunk: list[str]) -> None:
        """Has it check files."""
        self.chunk = chunk
        # That it died is seen where its reply is read.
        with suppress(OSError):
            self.connection.send(chunk)

    def end(self) -> None:
        """Has it end, and waits for that."""
        # Processes that began later hold this side open too: closing it would tell nothing.
        with suppress(OSError):
            self.connection.send([])
        self.connection.close()
        self.process.join()


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


def _serve(
    asked: Connection,
    folders: Sequence[str],
    overrides: Overrides,
    told: "Mapping[str, ToldData]",
    with_fixes: bool,
    index: ProjectIndex | None,
) -> None:
    """What a process does: it checks what it is asked to, until it has grown or nobody asks."""
    _leave_to_parent()
    settings = SettingsResolver(overrides)
    outside = Outside(folders, settings, told=told, index=index)
    # A child process runs what is registered here, and not `atexit`, when it ends.
    multiprocessing.util.Finalize(None, outside.close, exitpriority=10)
    if _FORKS:
        # It is replaced before that matters.
        gc.disable()
    with suppress(EOFError, OSError):
        has_grown = False
        while not has_grown and (chunk := asked.recv()):
            files = []
            for file in check_together(chunk, outside, settings, with_fixes):
                files.append(file)
                has_grown = _FORKS and memory_in_use() > MOST_MEMORY
                if has_grown:
                    break
            asked.send((files, outside.given_away(), has_grown))


def _leave_to_parent() -> None:
    """The parent alone answers Ctrl-C, and no process outlives it."""
    woken_without_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in _TO_END[1:]:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _TO_END)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
