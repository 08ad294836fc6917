"""Checks the files of the workspace that are not open, by processes of their own."""

import asyncio
import contextlib
import json
import logging
import os
import sys
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leakwise.lsp.beside import beside
from leakwise.lsp.client import Client
from leakwise.sources.shares import Shares, portions

if TYPE_CHECKING:
    from leakwise.facts.symbols.questions import ToldData

logger = logging.getLogger(__name__)

ANY_FILE = "*"
"""Stands for a question that any file may answer: who calls a function."""
_EVERYTHING = "**"
_LONGEST_LINE = 1 << 26
MOST_MEMORY = 256 << 20
"""Bytes with which a process gives way to a fresh one, which has gathered nothing."""
_FILES_AT_ONCE = 100
"""So many files are looked up before others have their turn."""
_WORTH_ANOTHER = 20
"""How many files are worth a further process."""
_MOST_PROCESSES = 4
SILENCE_SECONDS = 60.0
"""A process that gives no sign of life for so long is ended; one is due every second."""
_DEATHS = "the process that checked it died or stood still, and so did another"
SIGN_OF_LIFE = b"\n"


@dataclass(frozen=True, slots=True)
class Scanned:
    """A file as it was when it was checked, and its diagnostics as a JSON array."""

    path: str
    stamp: tuple[int, int]
    name: str
    """The same for the same diagnostics."""
    items: str
    count: int
    words: frozenset[str]
    """The names in what was asked about other files, and of the files that told."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a process must know to check as the server does."""

    roots: Sequence[Path]
    options: Mapping[str, object]
    told: "Mapping[str, ToldData]"
    client: Client
    edition: int
    """That of the scans when settings and folders were looked up."""

    def line(self) -> bytes:
        """The first line that it reads."""
        told = {
            "roots": [str(root) for root in self.roots],
            "options": self.options,
            "told": self.told,
            "client": self.client.as_data(),
        }
        return json.dumps(told).encode() + b"\n"


class Scans:
    """Remembers what came of each file, and checks those again that changed since.

    Belongs to the event loop's thread.
    """

    def __init__(self) -> None:
        self.known: dict[str, Scanned] = {}
        self.edition = 0
        """Counts how often other settings or folders came to hold."""
        self._news: list[set[str]] = []
        """For each scan that runs the words of what has changed since it began."""

    def forget(self) -> None:
        """Checks everything again: other settings or folders hold."""
        self.known.clear()
        self.edition += 1
        self._tell({_EVERYTHING})

    def changed(self, paths: Iterable[str]) -> None:
        """Checks again what may have asked about these files, or about the files in their place."""
        words = {ANY_FILE, *map(word_of, paths)}
        for path, scanned in list(self.known.items()):
            if not words.isdisjoint(scanned.words):
                del self.known[path]
        self._tell(words)

    def keep_only(self, paths: Iterable[str]) -> None:
        """Forgets all other files: they are in no folder of the workspace any more."""
        for path in self.known.keys() - set(paths):
            del self.known[path]

    def _tell(self, words: set[str]) -> None:
        for news in self._news:
            news |= words

    async def scan(self, paths: Sequence[str], order: Order) -> AsyncGenerator[Scanned, None]:
        """What came of each file, as it comes; the processes end when nobody goes on asking.

        Raises:
            OSError: no process can be started.
        """
        waiting: list[str] = []
        workers: list[asyncio.Future[None]] = []
        news: set[str] = set() if order.edition == self.edition else {_EVERYTHING}
        self._news.append(news)
        try:
            for count, path in enumerate(paths):
                if count % _FILES_AT_ONCE == 0:
                    # Whoever asks something meanwhile does not wait for the disk.
                    await asyncio.sleep(0)
                known = self.known.get(path)
                if known is not None and known.stamp == stamp_of(path):
                    yield known
                else:
                    waiting.append(path)
            done: asyncio.Queue[Scanned | None] = asyncio.Queue()
            many = min(_processes(), -(-len(waiting) // _WORTH_ANOTHER))
            if waiting:
                # It looks at the sizes of all of them.
                left = await beside(lambda: _Left(waiting, many))
            for number in range(many):
                workers.append(asyncio.ensure_future(_work(left, number, done, order)))
            for _ in range(len(waiting)):
                scanned = await _next(done, workers)
                if scanned is None:
                    for worker in workers:
                        worker.result()
                    return
                # The processes may have known other files as they were when the scan began.
                if _EVERYTHING not in news and news.isdisjoint(scanned.words):
                    self.known[scanned.path] = scanned
                yield scanned
        finally:
            self._news = [one for one in self._news if one is not news]
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)


async def _next(
    done: "asyncio.Queue[Scanned | None]", workers: "Iterable[asyncio.Future[None]]"
) -> Scanned | None:
    """The next file that is done; None when every worker has failed."""
    getting = asyncio.ensure_future(done.get())
    ended = asyncio.ensure_future(asyncio.wait(workers))
    await asyncio.wait((getting, ended), return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    if getting.done():
        return getting.result()
    getting.cancel()
    return None if done.empty() else done.get_nowait()


class _Left:
    """What is left to do in one scan, for several processes at a time."""

    def __init__(self, paths: Sequence[str], processes: int) -> None:
        self._shares = Shares(portions(paths, processes), processes)
        self._chunks: list[deque[str]] = [deque() for _ in range(processes)]
        self._again: deque[str] = deque()
        self._died: set[str] = set()

    def next_for(self, number: int) -> str | None:
        """The next file that a process is to check; None where nothing is left."""
        chunk = self._chunks[number]
        if not chunk:
            chunk.extend(self._shares.next_for(number) or ())
        chunk = chunk or self._again
        return chunk.popleft() if chunk else None

    def lose(self, path: str) -> bool:
        """Takes note that the process which checked a file died. Whether one did so before; the
        first time it waits again: a second death is not by chance."""
        if path in self._died:
            return True
        self._died.add(path)
        self._again.append(path)
        return False

    def leave(self, number: int, path: str) -> None:
        """Leaves to others what one had taken that cannot go on."""
        self._again += [path, *self._chunks[number]]
        self._chunks[number].clear()


async def _work(
    left: _Left, number: int, done: "asyncio.Queue[Scanned | None]", order: Order
) -> None:
    """Has files checked by one process after the other, until none is left."""
    path = left.next_for(number)
    while path is not None:
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "leakwise.lsp.scan_worker"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=_LONGEST_LINE,
            )
        except OSError:
            left.leave(number, path)
            raise
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(order.line())
            goes_on = True
            while goes_on and path is not None:
                stamp = stamp_of(path)
                answer = b""
                with contextlib.suppress(ConnectionError):
                    process.stdin.write(json.dumps(path).encode() + b"\n")
                    await process.stdin.drain()
                    answer = await _answer(process.stdout)
                found = json.loads(answer) if answer else {"problem": _DEATHS}
                if answer or left.lose(path):
                    await done.put(_scanned(path, stamp, found))
                goes_on = bool(answer) and not found["has_grown"]
                path = left.next_for(number)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _answer(replies: asyncio.StreamReader) -> bytes:
    """The next line that tells of a file; an empty one from a process that died or stands still."""
    with contextlib.suppress(TimeoutError):
        while True:
            line = await asyncio.wait_for(replies.readline(), SILENCE_SECONDS)
            if line != SIGN_OF_LIFE:
                return line
    return b""


def _scanned(path: str, stamp: tuple[int, int], found: Mapping[str, Any]) -> Scanned:
    if "problem" in found:
        logger.warning("%s was not checked: %s.", path, found["problem"])
    diagnostics = found.get("diagnostics", [])
    items = json.dumps(diagnostics, separators=(",", ":"))
    name = blake2b(items.encode(), digest_size=8).hexdigest()
    words = frozenset(map(sys.intern, found.get("words", ())))
    return Scanned(path, stamp, name, items, len(diagnostics), words)


def word_of(path: str) -> str:
    """What a file is called where it is imported."""
    folder, name = os.path.split(path)
    stem = name.partition(".")[0]
    return os.path.basename(folder) if stem == "__init__" else stem


def stamp_of(path: str) -> tuple[int, int]:
    """What changes when a file does; zeros for one that cannot be looked at."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return 0, 0
    return status.st_mtime_ns, status.st_size


def _processes() -> int:
    return max(1, min(_MOST_PROCESSES, os.cpu_count() or 1))
