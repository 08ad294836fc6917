"""Analyses large documents for the first time in a thread of its own, so that nobody waits who asks
about another one."""

import logging
import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from leakwise.lsp.entries import LIMIT_SECONDS, Entry
from leakwise.lsp.limits import GivenUp, Limit

if TYPE_CHECKING:
    from leakwise.engine import Analysis

logger = logging.getLogger(__name__)

_LONGEST_PAUSE_SECONDS = 0.5
"""How long it waits at a time: who types without a pause must not hold it up for ever."""
LARGE_CHARACTERS = 100_000
"""What is shorter takes some tenths of a second, which is less than other threads would cost."""


class Apart:
    """The thread, to which entries are lent. Belongs to the analysis thread.

    What is wanted of an entry meanwhile waits until it is given back, which `post` brings to the
    analysis thread.
    """

    def __init__(self, post: Callable[[Callable[[], None]], None]) -> None:
        self._post = post
        self._limit = Limit(LIMIT_SECONDS)
        # The last one opened is the one being looked at.
        self._lent: queue.LifoQueue[Entry] = queue.LifoQueue()
        self._working_on: Entry | None = None
        self._changing = threading.Lock()
        """Held while what is worked on becomes another, which is not to be broken off instead."""
        self._begun = False
        self._may_go_on = threading.Event()

    def wants(self, entry: Entry) -> bool:
        """Whether what is asked of an entry would take long, and is lent first."""
        return not entry.was_apart and not entry.analysis.is_loaded and _is_large(entry)

    def lend(self, entry: Entry) -> None:
        """Has an entry analysed; until it is back nobody else touches its analysis."""
        entry.is_apart = True
        self._lent.put(entry)
        if not self._begun:
            self._begun = True
            threading.Thread(target=self._run, name="apart", daemon=True).start()

    def hurry(self, entry: Entry) -> None:
        """Breaks off what is done for an entry: it is not wanted any more."""
        entry.is_unwanted = True
        with self._changing:
            if self._working_on is entry:
                self._limit.break_off()

    def go_on(self) -> None:
        """Goes on: the analysis thread has nothing to do."""
        self._may_go_on.set()

    def give_way(self) -> None:
        """Waits at the next step. Two threads that both have much to do would get in each other's
        way, on a busy machine for seconds."""
        self._may_go_on.clear()

    def _run(self) -> None:
        # Of no lower priority: while it waits for a processor with Python's lock, all others wait.
        while True:
            self._look_at(self._lent.get())

    def _look_at(self, entry: Entry) -> None:
        self._work_on(entry)
        try:
            if not entry.is_unwanted:
                entry.ask(self._look, self._limit)
        except (Exception, GivenUp):
            if not entry.is_unwanted:
                logger.exception("The first analysis of %s failed.", entry.document.uri)
        self._work_on(None)
        self._post(partial(_give_back, entry))

    def _look(self, analysis: "Analysis") -> None:
        analysis.between = self._let_others_go_first
        try:
            analysis.findings()
        finally:
            analysis.between = None

    def _let_others_go_first(self) -> None:
        self._may_go_on.wait(_LONGEST_PAUSE_SECONDS)

    def _work_on(self, entry: Entry | None) -> None:
        with self._changing:
            self._working_on = entry


def _give_back(entry: Entry) -> None:
    entry.is_apart, entry.was_apart = False, not entry.is_unwanted
    entry.is_unwanted = False
    waiting, entry.waiting = entry.waiting, []
    for action in waiting:
        action()


def _is_large(entry: Entry) -> bool:
    size = 0
    for line in entry.document.lines:
        size += len(line)
        if size >= LARGE_CHARACTERS:
            return True
    return False
