"""The answers that are known, and what makes each of them stale."""

import os
from collections.abc import Iterable

from leakwise.facts.symbols.questions import Answer, Question
from leakwise.sources.folders import is_in

_SOURCES = (".py", ".pyi", ".ipynb")


class Changes:
    """Paths that have changed, were made or are gone, and which answers that makes stale. What is
    no source may have been a folder, and all that it held has changed with it."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths: set[str] = set()
        """The paths, and their folders: what is not found may appear in these."""
        self._folders: list[str] = []
        self.words: set[str] = set()
        """The names under which the paths are imported: what was found first may be no longer."""
        for path in paths:
            folder, name = os.path.split(path)
            self.paths |= {path, folder}
            if not name.endswith(_SOURCES):
                self._folders.append(path)
            stem = name.partition(".")[0]
            self.words.add(os.path.basename(folder) if stem == "__init__" else stem)

    def concern(self, question: Question, answer: Answer) -> bool:
        """Whether the answer may be another now."""
        if not self.paths:
            return False
        return (
            question.about == "callers"  # which may be in any file
            or not self.words.isdisjoint(question.name.split("."))
            or self.touch(one.path for one in answer.depends)
        )

    def touch(self, paths: Iterable[str]) -> bool:
        """Whether any of these paths is among them."""
        return any(
            path in self.paths or any(is_in(path, folder) for folder in self._folders)
            for path in paths
        )


MOST_ANSWERS = 50_000
"""More than the documents of a server, or the files that are checked together, ask for."""


class Known:
    """Answers by question. It is no thread's own: whoever shares it locks it. Of very many, the
    oldest are forgotten, and found out again when they are asked for."""

    def __init__(self) -> None:
        self._answers: dict[Question, Answer] = {}

    def get(self, question: Question) -> Answer | None:
        """The answer, None where it is not known."""
        return self._answers.get(question)

    def put(self, question: Question, answer: Answer) -> None:
        """Takes an answer, in place of an earlier one."""
        if len(self._answers) >= MOST_ANSWERS:
            del self._answers[next(iter(self._answers))]
        self._answers[question] = answer

    def forget(self, changes: Changes) -> list[Question]:
        """Forgets the answers that are stale after `changes`, and gives their questions."""
        stale = [one for one, answer in self._answers.items() if changes.concern(one, answer)]
        for question in stale:
            del self._answers[question]
        return stale
