"""The analysis thread: it alone touches the analyses, so that the event loop never waits.

The loop sends it messages, which only take notes; work follows when no message is left. So
the changes of a burst of keystrokes are analysed once, and questions see every change that was
sent before them.
"""

import asyncio
import gc
import logging
import queue
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from heapq import heappop, heappush
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from leakwise.lsp.analysed_documents import AnalysedDocuments
from leakwise.lsp.limits import GivenUp
from leakwise.lsp.urgency import Urgency
from leakwise.text import Document, LineChange

if TYPE_CHECKING:
    from leakwise.engine import Analysis
    from leakwise.engine.settings import SettingsProblem
    from leakwise.rule import Finding

T = TypeVar("T")

logger = logging.getLogger(__name__)

# Parsers and visitors recurse deeply; macOS gives all threads but the first only 512 KiB.
_STACK_BYTES = 16 * 1024 * 1024

# The default, 5 ms, is how long the loop would wait for a busy analysis to let it run.
_SWITCH_SECONDS = 0.0005


class Scheduler:
    """Analyses open documents in a thread of its own.

    `publish` is called on the event loop with findings and the version that they hold for, after
    every change if `analysed.pushes` is set. `outdated` is called there when findings changed
    although the text did not, and `learned` when more is known of other files. `told` is called
    there with what is wrong with the settings, whenever that may be otherwise than before.
    """

    def __init__(
        self,
        publish: Callable[[Document, "list[Finding]"], None],
        outdated: Callable[[str], None],
        learned: Callable[[], None],
        told: "Callable[[list[SettingsProblem]], None]",
    ) -> None:
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.analysed = AnalysedDocuments(
            self._inbox.put,
            partial(self._call_on_loop, publish),
            partial(self._call_on_loop, outdated),
            partial(self._call_on_loop, learned),
            partial(self._call_on_loop, told),
        )
        """Theirs is the analysis thread; what the loop says of them before it starts holds from
        then on."""
        self._questions: list[tuple[Urgency, int, Callable[[], None]]] = []
        self._asked = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = False

    def start(self) -> None:
        """Starts the thread, which loads the engine first; to be called on the event loop."""
        if self._loop is not None:
            return
        self._loop = asyncio.get_running_loop()
        self._inbox.put(_load_engine)
        sys.setswitchinterval(_SWITCH_SECONDS)
        threading.stack_size(_STACK_BYTES)
        # A daemon, so that a long analysis does not hold up the exit.
        threading.Thread(target=self._run, name="analysis", daemon=True).start()

    def stop(self) -> None:
        """Ends the thread after the step it is at, without waiting for it, and the process that
        knows other files."""
        self._stopping = True
        self._inbox.put(lambda: None)
        self.analysed.neighbours.stop()

    def open(self, document: Document) -> None:
        """Begins to analyse a document."""
        self._inbox.put(partial(self.analysed.open, document))

    def change(self, document: Document, changes: Sequence[LineChange]) -> None:
        """Goes on with a newer version, to which `changes` lead."""
        self._inbox.put(partial(self.analysed.change, document, changes))

    def rest(self, uri: str) -> None:
        """Parses the whole document soon, instead of when typing has rested."""
        self._inbox.put(partial(self.analysed.rest, uri))

    def close(self, uri: str) -> None:
        """Forgets a document."""
        self._inbox.put(partial(self.analysed.close, uri))

    def files_changed(self, paths: Sequence[str]) -> None:
        """Takes note of files and folders that were made, changed or removed on the disk."""
        self._inbox.put(partial(self.analysed.neighbours.changed, paths))

    def settings_changed(self, options: Mapping[str, object] | None = None) -> None:
        """Reads all settings again, with what the editor says now where that is given, and analyses
        the documents anew for which others hold."""
        self._inbox.put(partial(self.analysed.settings_changed, options))

    async def holds_back(self, uri: str) -> bool:
        """Whether a document's findings are not wanted until it is saved."""
        if not self.analysed.settings.some_wait_for_save:
            return False
        answer: Future[bool] = Future()
        self._inbox.put(lambda: answer.set_result(self.analysed.holds_back(uri)))
        return await asyncio.wrap_future(answer)

    def roots_changed(self, roots: Sequence[Path]) -> None:
        """Goes by other folders of the workspace."""
        self._inbox.put(partial(self.analysed.roots_changed, roots))

    def begin_anew(self) -> None:
        """Analyses every document from scratch, with all rules, and asks about others again."""
        self._inbox.put(self.analysed.begin_anew)

    async def ask(
        self, uri: str, question: "Callable[[Analysis], T]", urgency: "Urgency"
    ) -> T | None:
        """What `question` gives for the newest version that was sent; it runs on the thread.

        None when the document is not open. Cancelling drops a question that was not begun.
        """
        answer: Future[T | None] = Future()
        asked = partial(self.analysed.answer, uri, question, answer)
        self._inbox.put(partial(self._take_question, urgency, asked))
        return await asyncio.wrap_future(answer)

    # Everything below runs on the analysis thread.

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._step()
            except (Exception, GivenUp):
                logger.exception("The analysis thread goes on after an error.")

    def _step(self) -> None:
        self._take_messages()
        if self._questions:
            heappop(self._questions)[-1]()
        else:
            self.analysed.work()

    def _take_messages(self) -> None:
        try:
            message = self._next_message()
            while True:
                message()
                message = self._inbox.get_nowait()
        except queue.Empty:
            pass

    def _next_message(self) -> Callable[[], None]:
        patience = 0.0 if self._questions else self.analysed.patience()
        if patience != 0.0:
            self.analysed.apart.go_on()
        try:
            return self._inbox.get(timeout=patience)
        finally:
            self.analysed.apart.give_way()

    def _take_question(self, urgency: "Urgency", question: Callable[[], None]) -> None:
        self._asked += 1
        heappush(self._questions, (urgency, self._asked, question))

    def _call_on_loop(self, function: Callable[..., None], *arguments: Any) -> None:
        assert self._loop is not None
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *arguments)


def _load_engine() -> None:
    from leakwise.engine import load_rules

    load_rules()
    # It stays: looking through it for garbage would hold up an early question.
    gc.freeze()
