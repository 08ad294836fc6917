"""The analysis thread: it alone touches the analyses, so that the event loop never waits.

The loop sends it messages, which only take notes; work follows when no message is left. So
the changes of a burst of keystrokes are analysed once, and questions see every change that was
sent before them.
"""

import asyncio
import logging
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from heapq import heappop, heappush
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from leakwise.lsp.entries import LIMIT_SECONDS, Entry
from leakwise.lsp.limits import GivenUp, Limit
from leakwise.lsp.loaded import LoadedEntries
from leakwise.lsp.neighbours import Neighbours
from leakwise.lsp.settings import WorkspaceSettings
from leakwise.lsp.urgency import Urgency
from leakwise.text import Document, LineChange

if TYPE_CHECKING:
    from leakwise.engine import Analysis
    from leakwise.engine.settings import SettingsProblem
    from leakwise.facts.symbols.questions import Answer, Question
    from leakwise.rule import Finding

T = TypeVar("T")

logger = logging.getLogger(__name__)

REST_SECONDS = 0.3
"""How long a document must go unchanged until it is parsed as a whole again."""

# Parsers and visitors recurse deeply; macOS gives all threads but the first only 512 KiB.
_STACK_BYTES = 16 * 1024 * 1024

# The default, 5 ms, is how long the loop would wait for a busy analysis to let it run.
_SWITCH_SECONDS = 0.0005


class Scheduler:
    """Analyses open documents in a thread of its own.

    `publish` is called on the event loop with findings and the version that they hold for, after
    every change if `pushes` is set. `outdated` is called there when findings changed although
    the text did not, unless they are pushed. `told` is called there with what is wrong with the
    settings, whenever that may be otherwise than before.
    """

    def __init__(
        self,
        publish: Callable[[Document, "list[Finding]"], None],
        outdated: Callable[[str], None],
        told: "Callable[[list[SettingsProblem]], None]",
    ) -> None:
        self.pushes = True
        self._publish = publish
        self._outdated = outdated
        self._told = told
        self.settings = WorkspaceSettings()
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._entries: dict[str, Entry] = {}
        self._loaded = LoadedEntries()
        self._unpublished: dict[str, None] = {}
        self.neighbours = Neighbours(self._inbox.put)
        self._questions: list[tuple[Urgency, int, Callable[[], None]]] = []
        self._asked = 0
        self._limit = Limit(LIMIT_SECONDS)
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
        self._inbox.put(_nothing)
        self.neighbours.stop()

    def open(self, document: Document) -> None:
        """Begins to analyse a document."""
        self._inbox.put(partial(self._take_opened, document))

    def change(self, document: Document, changes: Sequence[LineChange]) -> None:
        """Goes on with a newer version, to which `changes` lead."""
        self._inbox.put(partial(self._take_changed, document, changes))

    def rest(self, uri: str) -> None:
        """Parses the whole document soon, instead of when typing has rested."""
        self._inbox.put(partial(self._take_rest, uri))

    def close(self, uri: str) -> None:
        """Forgets a document."""
        self._inbox.put(partial(self._take_closed, uri))

    def files_changed(self, paths: Sequence[str]) -> None:
        """Takes note of files and folders that were made, changed or removed on the disk."""
        self._inbox.put(partial(self.neighbours.changed, paths))

    def settings_changed(self, options: Mapping[str, object] | None = None) -> None:
        """Reads all settings again, with what the editor says now where that is given, and analyses
        the documents anew for which others hold."""
        self._inbox.put(partial(self._take_settings, options))

    async def holds_back(self, uri: str) -> bool:
        """Whether a document's findings are not wanted until it is saved."""
        if not self.settings.some_wait_for_save:
            return False
        answer: Future[bool] = Future()
        self._inbox.put(lambda: answer.set_result(self._holds_back(uri)))
        return await asyncio.wrap_future(answer)

    def roots_changed(self, roots: Sequence[Path]) -> None:
        """Goes by other folders of the workspace."""
        self._inbox.put(partial(self._take_roots, roots))

    def begin_anew(self) -> None:
        """Analyses every document from scratch, with all rules, and asks about others again."""
        self._inbox.put(self._take_beginning)

    async def ask(
        self, uri: str, question: "Callable[[Analysis], T]", urgency: "Urgency"
    ) -> T | None:
        """What `question` gives for the newest version that was sent; it runs on the thread.

        None when the document is not open. Cancelling drops a question that was not begun.
        """
        answer: Future[T | None] = Future()
        self._inbox.put(
            partial(self._take_question, urgency, partial(self._answer, uri, question, answer))
        )
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
        elif self._unpublished:
            # The last one changed is the one being looked at.
            uri, _ = self._unpublished.popitem()
            self._publish_findings(self._entries[uri])
        elif self.neighbours.restless:
            self._take_answers()
        else:
            self._resync_rested()

    def _take_messages(self) -> None:
        try:
            message = self._inbox.get(timeout=self._patience())
            while True:
                message()
                message = self._inbox.get_nowait()
        except queue.Empty:
            pass

    def _patience(self) -> float | None:
        if self._questions or self._unpublished or self.neighbours.restless:
            return 0.0
        times = [entry.rests_at for entry in self._entries.values() if entry.rests_at is not None]
        if self._loaded.wants_collection and not times:
            return 0.0
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _take_settings(self, options: Mapping[str, object] | None) -> None:
        if options is not None:
            self.settings.options = options
        self.settings.forget()
        chosen = {uri: self.settings.for_document(uri) for uri in self._entries}
        moved = self._look_around()
        for uri, entry in self._entries.items():
            if moved or entry.analysis.settings != chosen[uri]:
                entry.begin_anew()
                self._tell_of_change(uri)
        self._tell_problems()

    def _look_around(self) -> bool:
        """Asks anew if settings say that packages are elsewhere than before, or tell something else
        of libraries; whether they do."""
        found, told = self.settings.environments(), self.settings.told()
        if found == self.neighbours.environments and told == self.neighbours.told:
            return False
        self.neighbours.environments, self.neighbours.told = found, told
        self.neighbours.restart()
        return True

    def _begin_anew_if_moved(self) -> bool:
        moved = self._look_around()
        if moved:
            for uri, entry in self._entries.items():
                entry.begin_anew()
                self._tell_of_change(uri)
        return moved

    def _tell_problems(self) -> None:
        self._call_on_loop(self._told, self.settings.problems())

    def _holds_back(self, uri: str) -> bool:
        entry = self._entries.get(uri)
        return entry is not None and entry.unsaved and self.settings.waits_for_save(entry.analysis)

    def _take_question(self, urgency: "Urgency", question: Callable[[], None]) -> None:
        self._asked += 1
        heappush(self._questions, (urgency, self._asked, question))

    def _take_roots(self, roots: Sequence[Path]) -> None:
        self.neighbours.roots = self.settings.roots = roots
        self.neighbours.restart()
        self.settings.forget()
        for uri, entry in self._entries.items():
            entry.begin_anew()
            self._tell_of_change(uri)
        self._tell_problems()

    def _take_beginning(self) -> None:
        self.neighbours.restart()
        for uri, entry in self._entries.items():
            entry.forgive()
            self._tell_of_change(uri)

    def _take_opened(self, document: Document) -> None:
        if not self.settings.watched:
            self._take_settings(None)
        opened = Entry(document, self._new_analysis, self._limit)
        self._begin_anew_if_moved()
        self._entries[document.uri] = opened
        self._tell_problems()
        self.neighbours.prefer(document.uri)
        self._want_published(document.uri)

    def _take_changed(self, document: Document, changes: Sequence[LineChange]) -> None:
        entry = self._entries.get(document.uri)
        if entry is not None:
            entry.document = document
            entry.changes.extend(changes)
            entry.rests_at = time.monotonic() + REST_SECONDS
            entry.unsaved = True
            self.neighbours.prefer(document.uri)
            self._want_published(document.uri)

    def _take_rest(self, uri: str) -> None:
        entry = self._entries.get(uri)
        if entry is None:
            return
        entry.rests_at = time.monotonic()
        if not self.settings.watched:
            self._take_settings(None)
        held = self._holds_back(uri)
        entry.unsaved = False
        if held:
            self._tell_of_change(uri)

    def _take_closed(self, uri: str) -> None:
        entry = self._entries.pop(uri, None)
        if entry is not None:
            self._loaded.forget(entry)
        self._unpublished.pop(uri, None)
        self.neighbours.close(uri)

    def _want_published(self, uri: str) -> None:
        if self.pushes and not self._holds_back(uri):
            self._unpublished.pop(uri, None)
            self._unpublished[uri] = None

    def _publish_findings(self, entry: Entry) -> None:
        findings = entry.ask(_findings)
        self._call_on_loop(self._publish, entry.document, findings)
        self._ask_neighbours(entry)
        self._loaded.look_at(entry)

    def _ask_neighbours(self, entry: Entry) -> None:
        """Asks what the findings' facts want to know of other files; these see its text."""
        questions = [*entry.analysis.questions(), *entry.stale]
        self.neighbours.ask(entry.document.uri, questions)
        if entry.rests_at is None:
            self.neighbours.tell(entry.document)

    def _take_answers(self) -> None:
        answers, self.neighbours.answers = self.neighbours.answers, {}
        stale, self.neighbours.stale = self.neighbours.stale, {}
        depends = (one.path for answer in answers.values() for one in answer.depends)
        if self.settings.note(depends) and self._begin_anew_if_moved():
            # These answers were given without what the settings near their files tell.
            self._tell_problems()
            return
        for uri, entry in self._entries.items():
            if answers and self._changes(entry, answers):
                self._tell_of_change(uri)
            for question in answers:
                entry.stale.pop(question, None)
            if stale:
                entry.stale.update((one, None) for one in entry.asked() if one in stale)
            self._ask_neighbours(entry)
        self._loaded.unload_others()

    def _changes(self, entry: Entry, answers: "Mapping[Question, Answer]") -> bool:
        """Whether answers may change the findings of a document."""
        if entry.analysis.is_loaded:
            return entry.ask(partial(_told, answers))
        return any(one in answers for one in entry.asked())

    def _tell_of_change(self, uri: str) -> None:
        """Has findings shown that changed although the text did not."""
        self._want_published(uri)
        if not self.pushes:
            self._call_on_loop(self._outdated, uri)

    def _answer(
        self, uri: str, question: "Callable[[Analysis], T]", answer: "Future[T | None]"
    ) -> None:
        if not answer.set_running_or_notify_cancel():
            return
        entry = self._entries.get(uri)
        try:
            answer.set_result(None if entry is None else entry.ask(question))
        except Exception as error:
            answer.set_exception(error)
        if entry is not None and not self.pushes:
            self._ask_neighbours(entry)
        if entry is not None:
            self._loaded.look_at(entry)

    def _resync_rested(self) -> None:
        now = time.monotonic()
        for uri, entry in self._entries.items():
            if entry.rests_at is not None and entry.rests_at <= now:
                entry.rests_at = None
                if entry.ask(_resynced):
                    self._tell_of_change(uri)
                self._ask_neighbours(entry)
                return
        self._loaded.collect()

    def _new_analysis(self, document: Document) -> "Analysis":
        # Too heavy to be loaded before `initialize` is answered.
        from leakwise.engine import Analysis

        settings = self.settings.for_document(document.uri)
        rules = () if self.settings.leaves_out(settings) else None
        return Analysis(document, rules, settings=settings, outside=self.neighbours.known)

    def _call_on_loop(self, function: Callable[..., None], *arguments: Any) -> None:
        assert self._loop is not None
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *arguments)


def _nothing() -> None:
    """Wakes the thread."""


def _load_engine() -> None:
    from leakwise.engine import load_rules

    load_rules()


def _findings(analysis: "Analysis") -> "list[Finding]":
    return analysis.findings()


def _told(answers: "Mapping[Question, Answer]", analysis: "Analysis") -> bool:
    before = analysis.findings()
    return analysis.take(answers) and analysis.findings() != before


def _resynced(analysis: "Analysis") -> bool:
    before = analysis.findings()
    return analysis.resync() and analysis.findings() != before
