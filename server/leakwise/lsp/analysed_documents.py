"""The open documents as the analysis thread has them: what they are told, what is to be done."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from leakwise.lsp.apart import Apart
from leakwise.lsp.entries import LIMIT_SECONDS, Entry
from leakwise.lsp.limits import Limit
from leakwise.lsp.loaded import LoadedEntries
from leakwise.lsp.neighbours import Neighbours
from leakwise.lsp.settings import WorkspaceSettings
from leakwise.text import Document, LineChange

if TYPE_CHECKING:
    from leakwise.engine import Analysis
    from leakwise.engine.settings import SettingsProblem
    from leakwise.facts.symbols.questions import Answer, Question
    from leakwise.rule import Finding

T = TypeVar("T")

REST_SECONDS = 0.3
"""How long a document must go unchanged until it is parsed as a whole again."""

_TURN_SECONDS = 0.001
"""How long the loop has its turn before this thread does what can wait."""

_LATE_SECONDS = 1.0
"""How long a rested document waits at most for a pause of the client to be parsed as a whole."""


class AnalysedDocuments:
    """The documents that are open, with their analyses. Belongs to the analysis thread.

    `publish`, `outdated`, `learned` and `told` are those of the `Scheduler`; `wake` takes a message
    to this thread from others.
    """

    def __init__(
        self,
        wake: Callable[[Callable[[], None]], None],
        publish: Callable[[Document, "list[Finding]"], None],
        outdated: Callable[[str], None],
        learned: Callable[[], None],
        told: "Callable[[list[SettingsProblem]], None]",
    ) -> None:
        self.pushes = True
        """Whether findings are published after every change."""
        self.settings = WorkspaceSettings()
        self.neighbours = Neighbours(wake)
        self._publish = publish
        self._outdated = outdated
        self._learned = learned
        self._told = told
        self._entries: dict[str, Entry] = {}
        self._loaded = LoadedEntries()
        self._unpublished: dict[str, None] = {}
        self._looked_at: dict[str, None] = {}
        self._limit = Limit(LIMIT_SECONDS)
        self.apart = Apart(wake)

    def open(self, document: Document) -> None:
        """Begins to analyse a document."""
        if not self.settings.watched:
            self.settings_changed(None)
        opened = Entry(document, self._new_analysis, self._limit)
        self._begin_anew_if_moved()
        self._entries[document.uri] = opened
        self._tell_problems()
        self.neighbours.prefer(document.uri)
        self._want_published(document.uri)

    def change(self, document: Document, changes: Sequence[LineChange]) -> None:
        """Goes on with a newer version, to which `changes` lead."""
        entry = self._entries.get(document.uri)
        if entry is not None:
            self.neighbours.prefer(document.uri)
            self._once_here(entry, partial(self._change, entry, document, changes))

    def _change(self, entry: Entry, document: Document, changes: Sequence[LineChange]) -> None:
        entry.document = document
        entry.changes.extend(changes)
        entry.rests_at = time.monotonic() + REST_SECONDS
        entry.unsaved = True
        self._want_published(document.uri)

    def rest(self, uri: str) -> None:
        """Has the whole document parsed soon, instead of when typing has rested."""
        entry = self._entries.get(uri)
        if entry is not None:
            self._once_here(entry, partial(self._rest, entry, uri))

    def _rest(self, entry: Entry, uri: str) -> None:
        entry.rests_at = time.monotonic()
        if not self.settings.watched:
            self.settings_changed(None)
        held = self.holds_back(uri)
        entry.unsaved = False
        if held:
            self._tell_of_change(uri)

    def close(self, uri: str) -> None:
        """Forgets a document."""
        entry = self._entries.pop(uri, None)
        if entry is not None:
            self._loaded.forget(entry)
            if entry.is_apart:
                self.apart.hurry(entry)
        self._unpublished.pop(uri, None)
        self.neighbours.close(uri)

    def settings_changed(self, options: Mapping[str, object] | None) -> None:
        """Reads all settings again, with what the editor says now where that is given."""
        if options is not None:
            self.settings.options = options
        self.settings.forget()
        chosen = {uri: self.settings.for_document(uri) for uri in self._entries}
        moved = self._look_around()
        for uri, entry in self._entries.items():
            if moved or entry.analysis.settings != chosen[uri]:
                self._begin_anew(uri, entry)
        self._tell_problems()

    def roots_changed(self, roots: Sequence[Path]) -> None:
        """Goes by other folders of the workspace."""
        self.neighbours.roots = self.settings.roots = roots
        self.neighbours.restart()
        self.settings.forget()
        for uri, entry in self._entries.items():
            self._begin_anew(uri, entry)
        self._tell_problems()

    def begin_anew(self) -> None:
        """Analyses every document from scratch, with all rules, and asks about others again."""
        self.neighbours.restart()
        for uri, entry in self._entries.items():
            self._begin_anew(uri, entry, Entry.forgive)

    def holds_back(self, uri: str) -> bool:
        """Whether a document's findings are not wanted until it is saved."""
        entry = self._entries.get(uri)
        return entry is not None and entry.unsaved and self.settings.waits_for_save(entry.analysis)

    def answer(
        self, uri: str, question: "Callable[[Analysis], T]", answer: "Future[T | None]"
    ) -> None:
        """Answers a question about the newest version; None where the document is not open."""
        entry = self._entries.get(uri)
        if entry is not None and not answer.cancelled() and self._is_apart(entry):
            entry.waiting.append(partial(self.answer, uri, question, answer))
            return
        if not answer.set_running_or_notify_cancel():
            return
        try:
            answer.set_result(None if entry is None else entry.ask(question))
        except Exception as error:
            answer.set_exception(error)
        self._note_look_at(uri)

    def work(self) -> None:
        """Does the next thing that is to be done, if there is any."""
        if self._resync_rested(time.monotonic() - _LATE_SECONDS):
            return
        if self._unpublished:
            # The last one changed is the one being looked at.
            uri, _ = self._unpublished.popitem()
            self._publish_findings(self._entries[uri])
        elif self.neighbours.restless:
            self._take_answers()
        elif self._looked_at:
            uri, _ = self._looked_at.popitem()
            self._follow_up(uri)
        elif not self._resync_rested(time.monotonic()):
            self._loaded.collect()

    def patience(self) -> float | None:
        """How many seconds there are until something is to be done; None where nothing is."""
        if self._unpublished or self.neighbours.restless:
            return 0.0
        if self._looked_at:
            return _TURN_SECONDS
        times = [
            entry.rests_at
            for entry in self._entries.values()
            if entry.rests_at is not None and not entry.is_apart
        ]
        if self._loaded.wants_collection and not times:
            return 0.0
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _is_apart(self, entry: Entry) -> bool:
        """Whether the thread for large documents has an entry; it gets one that takes long."""
        if not entry.is_apart and self.apart.wants(entry):
            self.apart.lend(entry)
        return entry.is_apart

    def _once_here(self, entry: Entry, action: Callable[[], None]) -> None:
        if entry.is_apart:
            entry.waiting.append(action)
        else:
            action()

    def _begin_anew(
        self, uri: str, entry: Entry, begin: Callable[[Entry], None] = Entry.begin_anew
    ) -> None:
        if entry.is_apart:
            self.apart.hurry(entry)
        self._once_here(entry, partial(begin, entry))
        self._tell_of_change(uri)

    def _want_published(self, uri: str) -> None:
        if self.pushes and uri in self._entries and not self.holds_back(uri):
            self._unpublished.pop(uri, None)
            self._unpublished[uri] = None

    def _publish_findings(self, entry: Entry) -> None:
        if self._is_apart(entry):
            entry.waiting.append(partial(self._want_published, entry.document.uri))
            return
        findings = entry.ask(lambda analysis: analysis.findings())
        self._publish(entry.document, findings)
        self._note_look_at(entry.document.uri)

    def _note_look_at(self, uri: str) -> None:
        # A client that never pauses would have all documents keep their facts.
        for other in [one for one in self._looked_at if one != uri]:
            del self._looked_at[other]
            self._follow_up(other)
        self._looked_at[uri] = None

    def _follow_up(self, uri: str) -> None:
        """What can wait until the client was told, which the loop does."""
        entry = self._entries.get(uri)
        if entry is not None and not entry.is_apart:
            self._ask_neighbours(entry)
            self._loaded.look_at(entry)

    def _tell_of_change(self, uri: str) -> None:
        """Has findings shown that changed although the text did not."""
        self._want_published(uri)
        self._outdated(uri)

    def _tell_problems(self) -> None:
        self._told(self.settings.problems())

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
                self._begin_anew(uri, entry)
        return moved

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
            if entry.is_apart:
                # What was answered is known when it asks again.
                entry.waiting.append(partial(_note_stale, entry, stale))
                continue
            if answers and self._changes(entry, answers):
                self._tell_of_change(uri)
            for question in answers:
                entry.stale.pop(question, None)
            _note_stale(entry, stale)
            self._ask_neighbours(entry)
        if answers:
            self._learned()
        self._loaded.unload_others()

    def _changes(self, entry: Entry, answers: "Mapping[Question, Answer]") -> bool:
        """Whether answers may change the findings of a document."""
        if entry.analysis.is_loaded:
            return entry.ask(partial(_told, answers))
        return any(one in answers for one in entry.asked())

    def _resync_rested(self, until: float) -> bool:
        """Parses a document as a whole that has rested since then; whether there is one."""
        for uri, entry in self._entries.items():
            rested = entry.rests_at is not None and entry.rests_at <= until
            if rested and not self._is_apart(entry):
                entry.rests_at = None
                if entry.ask(_resynced):
                    self._tell_of_change(uri)
                self._ask_neighbours(entry)
                return True
        return False

    def _new_analysis(self, document: Document) -> "Analysis":
        # Too heavy to be loaded before `initialize` is answered.
        from leakwise.engine import Analysis

        settings = self.settings.for_document(document.uri)
        rules = () if self.settings.leaves_out(settings) else None
        return Analysis(document, rules, settings=settings, outside=self.neighbours.known)


def _note_stale(entry: Entry, stale: "Mapping[Question, None]") -> None:
    if stale:
        entry.stale.update((one, None) for one in entry.asked() if one in stale)


def _told(answers: "Mapping[Question, Answer]", analysis: "Analysis") -> bool:
    before = analysis.findings()
    return analysis.take(answers) and analysis.findings() != before


def _resynced(analysis: "Analysis") -> bool:
    before = analysis.findings()
    return analysis.resync() and analysis.findings() != before
