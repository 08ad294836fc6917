"""Answers questions, in the worker."""

from collections.abc import Callable, Iterable
from pathlib import Path

from leakwise.facts.symbols.questions import Answer, FoundModule, Question
from leakwise.facts.symbols.trails import Located, dependency_on
from leakwise.sources import Sources


class Answering:
    """Knows what symbols stand for; so far, which of them are modules."""

    def __init__(
        self,
        locate: Callable[[str, str], Located],
        sources: Sources,
        project_files: Callable[[], Iterable[Path]],
    ) -> None:
        self._locate = locate

    def answer(self, question: Question) -> Answer:
        """What is known; never raises."""
        if question.about != "symbol" or not question.folder:
            return Answer()
        located = self._locate(question.folder, question.name)
        is_module = located.location is not None and not located.location.qualified
        depends = tuple(map(dependency_on, located.consulted))
        return Answer(FoundModule() if is_module else None, depends, True)

    def forget(self, paths: Iterable[str]) -> None:
        """Takes note that what these paths hold has changed; nothing is kept yet."""
