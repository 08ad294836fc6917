"""What other files tell of the open documents: who is asked, and how what they say comes back."""

import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from leakwise.sources import is_in, python_files, uri_to_path
from leakwise.text import Document

if TYPE_CHECKING:
    from leakwise.facts.symbols.client import Symbols
    from leakwise.facts.symbols.questions import Answer, Question, ToldData

logger = logging.getLogger(__name__)

_PARTING_SECONDS = 1.0
"""How long is waited at the end for processes to be gone, and what they wrote with them."""

Post = Callable[[Callable[[], None]], None]
"""Has something run on the analysis thread, soon."""


class Neighbours:
    """Asks for the analysis thread, to which all of it belongs but `roots`, `known` and `stop`.

    What is answered gathers in `answers`, and what was answered and may be otherwise now in
    `stale`. Both are for the scheduler to take.
    """

    def __init__(self, post: Post) -> None:
        self.roots: Sequence[Path] = ()
        """The workspace's folders; to be set before the first document is opened."""
        self.environments: list[str] = []
        """Where the settings say that packages are."""
        self.told: Mapping[str, ToldData] = {}
        """What the settings tell of libraries, by folders."""
        self.answers: dict[Question, Answer] = {}
        self.stale: dict[Question, None] = {}
        self._post = post
        self._symbols: Symbols | None = None
        self._waiting: dict[str, set[Question]] = {}
        self._told: dict[str, Document] = {}
        self._preferred = ""
        self._closed = False
        self._starting = threading.Lock()

    @property
    def restless(self) -> bool:
        """Whether there is something to take."""
        return bool(self.answers or self.stale)

    def known(self, question: "Question") -> "Answer | None":
        """What is known already; None for what is to be asked. From any thread."""
        symbols = self._symbols
        return None if symbols is None else symbols.known(question)

    def ask(self, uri: str, questions: "Iterable[Question]") -> None:
        """Asks for a document; what it asked before and does not ask now is not wanted any more."""
        wanted = set(questions)
        if wanted == self._waiting.get(uri, set()):
            return
        symbols = self._started()
        if symbols is None:
            return
        self._waiting[uri] = wanted
        for question in wanted:
            answer = symbols.known(question)
            if answer is not None:
                self.answers[question] = answer
        symbols.ask(uri, wanted)

    def prefer(self, uri: str) -> None:
        """Has the questions of a document answered first: it is the one being looked at."""
        self._preferred = uri
        if self._symbols is not None:
            self._symbols.prefer(uri)

    def tell(self, document: Document) -> None:
        """Lets others see the text of an open document, saved or not."""
        if self._told.get(document.uri) is document or self._symbols is None:
            return
        self._told[document.uri] = document
        path = uri_to_path(document.uri)
        if path is not None:
            self._note(self._symbols.opened(str(path), document.text))

    def close(self, uri: str) -> None:
        """Takes note that a document is not open any more."""
        self._waiting.pop(uri, None)
        told = self._told.pop(uri, None)
        path = uri_to_path(uri)
        if self._symbols is not None:
            self._symbols.cancel(uri)
            if told is not None and path is not None:
                self._note(self._symbols.closed(str(path)))

    def changed(self, paths: Iterable[str]) -> None:
        """Takes note of files that were made, changed or removed on the disk, and of folders."""
        if self._symbols is not None:
            self._note(self._symbols.changed(self._with_contents(paths)))

    def restart(self) -> None:
        """Ends what answers, and forgets all answers; what asks next starts another."""
        if self._symbols is not None:
            self._symbols.close()
            self._symbols = None
        self.answers.clear()
        self.stale.clear()
        self._waiting.clear()
        self._told.clear()

    def stop(self) -> None:
        """Asks nothing any more, and ends what answers; from any thread."""
        with self._starting:
            self._closed = True
            symbols = self._symbols
        if symbols is not None:
            symbols.close(_PARTING_SECONDS)

    def _note(self, stale: "Iterable[Question]") -> None:
        for question in stale:
            self.stale[question] = None
            for waiting in self._waiting.values():
                waiting.discard(question)

    def _with_contents(self, paths: Iterable[str]) -> Iterator[str]:
        """The paths, and the files of those that are folders of the workspace."""
        for path in paths:
            yield path
            if os.path.isdir(path) and any(is_in(path, str(root)) for root in self.roots):
                yield from map(str, python_files([Path(path)]))

    def _started(self) -> "Symbols | None":
        """Who answers; None where nothing is to be asked any more."""
        from leakwise.facts.symbols.client import Symbols

        with self._starting:
            if self._closed:
                return None
            if self._symbols is None:
                self._symbols = Symbols(
                    self.roots,
                    self._hear,
                    self._warn,
                    environments=self.environments,
                    told=self.told,
                )
                self._symbols.prefer(self._preferred)
            return self._symbols

    def _hear(self, question: "Question", answer: "Answer") -> None:
        # On a thread of the one who answers.
        self._post(partial(self._take, question, answer))

    def _take(self, question: "Question", answer: "Answer") -> None:
        self.answers[question] = answer
        for waiting in self._waiting.values():
            waiting.discard(question)

    def _warn(self, sentence: str) -> None:
        logger.warning("%s", sentence[:1].upper() + sentence[1:] + ".")
