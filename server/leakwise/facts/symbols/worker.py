"""The worker process: reads questions, writes answers, until its parent goes."""

import contextlib
import os
import shutil
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from leakwise.facts.reading import Files
from leakwise.facts.symbols.confinement import confine
from leakwise.facts.symbols.memory import memory_in_use
from leakwise.facts.symbols.questions import (
    Answer,
    FoundPlace,
    Question,
    ToldData,
    answer_to_json,
    question_from_json,
)
from leakwise.facts.symbols.trails import dependency_on
from leakwise.facts.symbols.transport import TransportError, receive, send
from leakwise.parent import woken_without_parent
from leakwise.sources import Overlay, path_to_uri, python_files
from leakwise.text import Document

PULSE_SECONDS = 0.5
"""How often the parent hears from a worker that is busy."""

_DEEPEST = 3_000
"""Python's frames; jedi and the facts go deeper than its usual 1,000 in long expressions."""


class Pulse:
    """Tells the parent how far the question is, so that only what stands still is ended."""

    def __init__(self, stream: IO[bytes], folder: str) -> None:
        self._stream = stream
        self._folder = folder
        self._writing = threading.Lock()
        self._busy = threading.Event()
        self.files = 0

    def opened(self, path: str) -> None:
        """Counts a source file that was opened: that is progress."""
        if path.endswith((".py", ".pyi")):
            self.files += 1

    def send(self, message: dict[str, Any]) -> None:
        """Sends a message with the memory that is in use, in bytes."""
        with self._writing:
            send(self._stream, {**message, "memory": memory_in_use()})

    @contextlib.contextmanager
    def beating(self) -> Iterator[None]:
        """Sends a sign of life every `PULSE_SECONDS` until left."""
        self._busy.set()
        try:
            yield
        finally:
            self._busy.clear()

    def start(self) -> None:
        """Starts the thread that sends."""
        threading.Thread(target=self._beat, daemon=True).start()

    def _beat(self) -> None:
        while True:
            self._busy.wait()
            time.sleep(PULSE_SECONDS)
            if not self._busy.is_set():
                continue
            try:
                self.send({"files": self.files, "seconds": time.process_time()})
            except TransportError:
                # The parent has gone, and the main thread may stand still in a question.
                shutil.rmtree(self._folder, ignore_errors=True)
                os._exit(1)


class Work:
    """What is done on each message: the answering, and what it reads."""

    def __init__(
        self,
        roots: Sequence[str],
        search_path: Sequence[str],
        told: Mapping[str, ToldData],
        folder: str,
    ) -> None:
        from leakwise.facts.symbols.answering import Answering
        from leakwise.facts.symbols.late_following import LateFollower
        from leakwise.facts.symbols.locating import Locator
        from leakwise.facts.symbols.told_by_folder import ToldByFolder
        from leakwise.facts.symbols.trees import Trees

        sys.setrecursionlimit(_DEEPEST)
        folders = [Path(root) for root in roots]
        self._overlay = Overlay(Files())
        self.follower = LateFollower(folder)
        trees = Trees(self._overlay)
        self._locator = Locator(roots, search_path, trees, self.follower.follow)
        self._answering = Answering(
            self._locator.locate,
            self._overlay,
            lambda: python_files(folders),
            self._locator.follow,
            ToldByFolder(told).of,
            trees,
        )

    def change(self, texts: Mapping[str, str | None]) -> None:
        """Takes what open documents hold, and None for paths whose text is on the disk."""
        for name, text in texts.items():
            path = Path(name)
            if text is None:
                self._overlay.drop(path)
            else:
                self._overlay.put(path, Document.from_text(path_to_uri(path), text))
        self._locator.refresh()
        self.follower.refresh()
        self._answering.forget(texts)

    def answer(self, question: Question) -> Answer:
        """What is known."""
        if question.about != "place":
            return self._answering.answer(question)
        located = self._locator.follow(question.folder, question.name)
        found = None if located.location is None else FoundPlace(located.location)
        return Answer(found, tuple(map(dependency_on, located.consulted)))


def serve(requests: IO[bytes], pulse: Pulse, work: Work) -> None:
    """Answers until the parent closes the stream."""
    while True:
        try:
            match receive(requests):
                case {"changes": dict(changes)}:
                    work.change(changes)
                case {"question": data}:
                    with pulse.beating():
                        reply = _reply(work, question_from_json(data))
                    pulse.send(reply)
        except TransportError:
            return


def _reply(work: Work, question: Question) -> dict[str, Any]:
    try:
        return {"answer": answer_to_json(work.answer(question))}
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        return {"raised": f"{type(error).__name__}: {error} ({where})"}


def main(folder: str) -> None:
    """Runs the process in `folder`, which is its own and may not be there yet. jedi's files go
    there; it is removed if the parent dies."""
    woken_without_parent()
    requests, replies = _streams()
    try:
        # The parent may be dead before it told what to do.
        with contextlib.suppress(TransportError):
            _begin(requests, Pulse(replies, folder), folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _begin(requests: IO[bytes], pulse: Pulse, folder: str) -> None:
    begin = receive(requests)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        os.chdir(folder)
        work = Work(begin["roots"], begin["search_path"], begin["told"], folder)

        def opened(path: str) -> None:
            pulse.opened(path)
            work.follower.opened(path)

        confine(folder, opened)
    except Exception as error:
        pulse.send({"failed": f"{type(error).__name__}: {error}"})
        return
    pulse.start()
    pulse.send({"ready": True})
    serve(requests, pulse, work)


def _streams() -> tuple[IO[bytes], IO[bytes]]:
    """The pipes to the parent. What anything prints, or reads, goes elsewhere."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return requests, replies
