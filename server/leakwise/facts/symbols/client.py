"""Asks worker processes what lies outside the files, and keeps what they answer."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leakwise.facts.reading import read
from leakwise.facts.symbols.cache import AnswerCache
from leakwise.facts.symbols.environments import search_path
from leakwise.facts.symbols.known import Changes, Known
from leakwise.facts.symbols.questions import Answer, Question, ToldData
from leakwise.facts.symbols.waiting import Waiting
from leakwise.sources import UnreadableError

if TYPE_CHECKING:
    from leakwise.facts.symbols.runner import Job, Runner
    from leakwise.facts.symbols.worker_process import Limits

logger = logging.getLogger(__name__)

Listener = Callable[[Question, Answer], None]

REST_SECONDS = 300.0
"""After giving up, workers are tried again when something is asked so much later."""

_AGAIN = "asked again"


class Symbols:
    """What is known of symbols outside the files, by question.

    Its methods may be called from any thread, and do not wait for answers, `wait` and `close`
    apart. Threads of this object, and their processes, start when something is asked.
    """

    def __init__(
        self,
        roots: Sequence[Path],
        listener: Listener,
        warn: Callable[[str], None],
        *,
        processes: int = 1,
        cache: Path | None = None,
        limits: "Limits | None" = None,
        environ: Mapping[str, str] | None = None,
        environments: Sequence[str] = (),
        told: Mapping[str, ToldData] | None = None,
        program: str = "",
    ) -> None:
        """`roots` are the folders of the workspace; environments are looked for in them and in
        `environ`, the process's own by default; `environments` come first. `told` is what users
        tell of libraries, by the absolute paths of the folders for whose files it counts.

        `listener` is told of each answer that is new, on a thread of this object, or within `ask`
        where the answer is in the cache; an empty one where none is to be had. `warn` is told in
        one sentence when that is so for all, and of the first question on which a worker failed.
        `cache` is the folder in which answers are kept between runs. `program` is run by the
        processes in place of the usual one.
        """
        self._roots = [os.path.abspath(root) for root in roots]
        self._listener = listener
        self._warn = warn
        self._processes = processes
        self._limits = limits
        self._program = program
        self._environ = os.environ if environ is None else environ
        self._environments = environments
        self._told = told or {}
        self._around: dict[str, object] | None = None
        self._cache_folder = cache
        self._cache: AnswerCache | None = None
        # Held while what follows is touched, never while a listener or a worker is.
        self._state = threading.Condition()
        self._known = Known()
        self._waiting = Waiting()
        self._asked: set[Question] = set()
        self._documents: dict[str, str] = {}
        self._changes = 0
        self._untold: dict[Runner, dict[str, str | None]] = {}
        """By runner what its process is not told yet: the text of open documents, None for paths
        whose text is on the disk."""
        self._resting_until = 0.0
        self._failed = False
        self._closed = False

    def known(self, question: Question) -> Answer | None:
        """The answer, None where it is not known yet."""
        with self._state:
            return self._known.get(question)

    def ask(self, asker: str, questions: Iterable[Question]) -> None:
        """Sees to it that the listener is told the answers that are not known yet.

        `asker` is who wants to know, a document's name for instance; what it asked before and did
        not get is not asked any more.
        """
        questions = dict.fromkeys(questions)
        with self._state:
            unknown = [one for one in questions if self._known.get(one) is None]
            if unknown and self._around is None:
                self._look_around()
            seen = self._changes
        found = {} if self._cache is None else self._cache.answers(unknown)
        with self._state:
            if self._closed:
                return
            for question, answer in list(found.items()):
                # What is kept between runs rests on what the disk has.
                if self._changes == seen and not self._is_open(answer):
                    self._known.put(question, answer)
                else:
                    del found[question]
            asked = [one for one in unknown if one not in found and one not in self._asked]
            if time.monotonic() < self._resting_until:
                found.update(dict.fromkeys(asked, Answer()))
            else:
                self._waiting.put(asker, asked)
                self._start_runners()
            self._state.notify_all()
        for question, answer in found.items():
            self._tell(question, answer)

    def prefer(self, asker: str) -> None:
        """Has the questions of an asker answered before those of others."""
        with self._state:
            self._waiting.prefer(asker)

    def cancel(self, asker: str) -> None:
        """Takes back what an asker asked and did not get."""
        with self._state:
            self._waiting.cancel(asker)
            self._state.notify_all()

    def wait(self, questions: Iterable[Question]) -> dict[Question, Answer]:
        """The answers to questions that were asked, once there are no more to come; an empty one
        where nothing could be learned."""
        questions = list(questions)
        pending = list(questions)

        def done() -> bool:
            while pending and pending[-1] not in self._waiting and pending[-1] not in self._asked:
                pending.pop()
            return self._closed or not pending

        with self._state:
            self._state.wait_for(done)
            return {one: self._known.get(one) or Answer() for one in questions}

    def opened(self, path: str, text: str) -> list[Question]:
        """Takes `text` as what `path` holds, until it is closed. Gives the questions whose answers
        are thereby forgotten."""
        if text == self._text(path):
            return []
        with self._state:
            self._documents[path] = text
            return self._change({path: text})

    def closed(self, path: str) -> list[Question]:
        """Takes what the disk has as what `path` holds; see `opened`."""
        with self._state:
            text = self._documents.pop(path, None)
        unsaved = text is not None and text != self._text(path)
        with self._state:
            return self._change({path: None}) if unsaved else []

    def changed(self, paths: Iterable[str]) -> list[Question]:
        """Takes note of files that were changed, made or removed on the disk; see `opened`."""
        with self._state:
            return self._change({path: None for path in paths if path not in self._documents})

    def close(self, seconds: float | None = None) -> None:
        """Ends the threads and processes, and writes the cache. Questions stay unanswered. For each
        thread it waits so long at most, where that is given."""
        with self._state:
            self._closed = True
            runners = list(self._untold)
            self._state.notify_all()
        for runner in runners:
            runner.stop()
        for runner in runners:
            runner.join(seconds)
        if self._cache is not None:
            self._cache.save()

    def _look_around(self) -> None:
        found = search_path(self._roots, self._environ, self._environments)
        self._around = {"roots": self._roots, "search_path": found, "told": self._told}
        if self._cache_folder is not None:
            self._cache = AnswerCache(self._cache_folder, self._around)

    def _tell(self, question: Question, answer: Answer) -> None:
        try:
            self._listener(question, answer)
        except Exception:
            # Others wait for the thread that would end here.
            logger.exception("what %s is could not be taken in", question.name)

    def _text(self, path: str) -> str | None:
        with self._state:
            text = self._documents.get(path)
        if text is None:
            try:
                return read(Path(path)).text
            except UnreadableError:
                return None
        return text

    def _is_open(self, answer: Answer) -> bool:
        return any(one.path in self._documents for one in answer.depends)

    def _change(self, texts: Mapping[str, str | None]) -> list[Question]:
        self._changes += 1
        for untold in self._untold.values():
            untold.update(texts)
        return self._known.forget(Changes(texts))

    def _start_runners(self) -> None:
        wanted = min(self._processes, len(self._waiting))
        if len(self._untold) < wanted:
            # Who asks nothing does not load what it takes to run processes.
            from leakwise.facts.symbols.runner import Runner
            from leakwise.facts.symbols.worker_process import PROGRAM, Limits

            limits, program = self._limits or Limits(), self._program or PROGRAM
            while len(self._untold) < wanted:
                runner = Runner(self, self._around or {}, limits, program)
                self._untold[runner] = {}

    def next_job(self, runner: "Runner", seconds: float) -> "Job | None":
        """For runners: a question to be answered now; None if there is none for so long."""
        from leakwise.facts.symbols.runner import Job

        with self._state:
            self._state.wait_for(lambda: self._closed or len(self._waiting) > 0, seconds)
            question = None if self._closed else self._waiting.take()
            if question is None:
                return None
            self._asked.add(question)
            untold, self._untold[runner] = self._untold[runner], {}
            return Job(question, untold)

    def open_documents(self, runner: "Runner") -> Mapping[str, str]:
        """For runners: what a new process has to be told."""
        with self._state:
            self._untold[runner] = {}
            return dict(self._documents)

    def answered(self, runner: "Runner", question: Question, answer: Answer) -> None:
        """For runners: takes an answer."""
        with self._state:
            if Changes(self._untold[runner]).concern(question, answer):
                # While it was looked for, what it rests on has changed.
                self._asked.discard(question)
                self._waiting.put(f"{_AGAIN}: {question}", [question])
                return
            self._known.put(question, answer)
        if self._cache is not None and answer.lasting:
            self._cache.put(question, answer)
        self._tell(question, answer)
        with self._state:
            self._asked.discard(question)
            self._state.notify_all()

    def failed(self, question: Question, how: str) -> None:
        """For runners: takes note that a worker could not answer."""
        with self._state:
            failed_before, self._failed = self._failed, True
        if not failed_before:
            what = f"what {question.name} is in {question.folder} was not found out"
            self._warn(f"{what}, because of an error in Leakwise: {how} - please report it")

    def given_up(self, runner: "Runner", question: Question, why: str) -> None:
        """For runners: takes note that no answers are to be had for now."""
        with self._state:
            unanswered = [question, *self._waiting.clear()]
            warned = self._resting_until > 0
            self._resting_until = time.monotonic() + REST_SECONDS
        for one in unanswered:
            self._tell(one, Answer())
        with self._state:
            self._asked.discard(question)
            self._state.notify_all()
        if not warned:
            self._warn(
                f"what lies in other files is not known, because {why} - findings that need it"
                " are missing"
            )
