"""A thread that has questions answered by a worker process, and starts another when it dies."""

import secrets
import shutil
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from leakwise.facts.symbols.questions import Answer, Question
from leakwise.facts.symbols.worker_process import (
    GivenUpError,
    Limits,
    QuestionError,
    StartError,
    WorkerError,
    WorkerProcess,
)

DEATHS = 6
"""So many ends of processes in a row without an answer, and no more are started."""

FAILED_START = 3
"""As so many deaths counts a process that does not even start."""

FIRST_PAUSE = 0.2
"""Seconds before a process that died is followed by the next; twice as many after each death."""

IDLE_SECONDS = 300.0
"""A process that nobody has asked for so long is ended."""


@dataclass(frozen=True, slots=True)
class Job:
    """A question, and what has happened since the process was last told: what open documents hold
    by path, and None for paths that changed on the disk or were closed."""

    question: Question
    changes: Mapping[str, str | None]


class Owner(Protocol):
    """Who has questions."""

    def next_job(self, runner: "Runner", seconds: float) -> Job | None:
        """Waits for a question; None if there is none for so long, or no more are to come."""
        ...

    def open_documents(self, runner: "Runner") -> Mapping[str, str]:
        """All that a new process has to be told."""
        ...

    def answered(self, runner: "Runner", question: Question, answer: Answer) -> None:
        """Takes an answer."""
        ...

    def failed(self, question: Question, how: str) -> None:
        """Takes note that a worker could not answer; an empty answer follows."""
        ...

    def given_up(self, runner: "Runner", question: Question, why: str) -> None:
        """Takes note that no answers are to be had."""
        ...


class Runner:
    """Answers an owner's questions one by one, until `stop`."""

    def __init__(
        self,
        owner: Owner,
        around: Mapping[str, object],
        limits: Limits,
        program: str,
    ) -> None:
        self._owner = owner
        self._around = around
        self._limits = limits
        self._program = program
        self._stopped = threading.Event()
        # The processes' own, which they make: one that is killed with the process that runs this
        # leaves nothing that only the other would have removed. Nobody else can know its name.
        self._folder = str(Path(tempfile.gettempdir(), f"leakwise-symbols-{secrets.token_hex(8)}"))
        self._changing = threading.Lock()
        self._process: WorkerProcess | None = None
        self._deaths = 0
        self._thread = threading.Thread(target=self._run, name="symbols", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the process and the thread, also in the middle of a question; does not wait."""
        self._stopped.set()
        with self._changing:
            if self._process is not None:
                self._process.kill()

    def join(self, seconds: float | None) -> None:
        """Waits for the thread after `stop`, so long at most where that is given."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                if self._process is not None and self._process.far_too_large:
                    self._end()
                oversized = self._process is not None and self._process.oversized
                job = self._owner.next_job(self, 0 if oversized else IDLE_SECONDS)
                if job is not None:
                    self._do(job)
                elif self._process is not None:
                    self._end()
        finally:
            self._end()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _do(self, job: Job) -> None:
        why = ""
        for _ in range(2):
            if self._stopped.is_set():
                return
            try:
                answer = self._ask(job)
            except QuestionError as error:
                self._owner.failed(job.question, str(error))
                self._owner.answered(self, job.question, Answer())
                return
            except GivenUpError:
                self._end()
                self._owner.answered(self, job.question, Answer())
                return
            except WorkerError as error:
                why = str(error)
                self._end()
                self._deaths += FAILED_START if isinstance(error, StartError) else 1
                if self._deaths >= DEATHS:
                    self._deaths = 0
                    if not self._stopped.is_set():
                        self._owner.given_up(self, job.question, why)
                    return
                self._stopped.wait(FIRST_PAUSE * 2 ** (self._deaths - 1))
            else:
                self._deaths = 0
                self._owner.answered(self, job.question, answer)
                return
        # It was not by chance.
        self._owner.answered(self, job.question, Answer())

    def _ask(self, job: Job) -> Answer:
        process = self._process
        if process is None:
            process = self._started()
            process.tell(self._owner.open_documents(self))
        elif job.changes:
            process.tell(job.changes)
        return process.ask(job.question)

    def _started(self) -> WorkerProcess:
        process = WorkerProcess(self._folder, self._around, self._limits, self._program)
        with self._changing:
            self._process = process
        if self._stopped.is_set():
            process.kill()
        return process

    def _end(self) -> None:
        with self._changing:
            process, self._process = self._process, None
        if process is not None:
            process.end()
