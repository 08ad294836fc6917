"""Answers what lies outside a file in the process that asks, where nobody is kept waiting.

What takes jedi is asked of its worker, which is confined.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from leakwise.facts.reading import Files
from leakwise.facts.symbols.answering import Answering
from leakwise.facts.symbols.cache import AnswerCache, Lines
from leakwise.facts.symbols.client import Symbols
from leakwise.facts.symbols.environments import search_path
from leakwise.facts.symbols.locating import Locator
from leakwise.facts.symbols.places import Sought
from leakwise.facts.symbols.project_index import ProjectIndex
from leakwise.facts.symbols.questions import Answer, FoundPlace, Question, ToldData
from leakwise.facts.symbols.told_by_folder import ToldByFolder
from leakwise.facts.symbols.trails import Located
from leakwise.facts.symbols.trees import Trees
from leakwise.sources import python_files

DEEPEST = 4_000
"""Python's frames: a question is asked in the midst of an analysis, and facts go deeper than the
usual 1,000 in long expressions."""


class DirectAnswers:
    """Answers at once. Use it from one thread; while it lives no file may change."""

    def __init__(
        self,
        roots: Sequence[Path],
        warn: Callable[[str], None],
        *,
        cache: Path | None = None,
        environments: Sequence[str] = (),
        told: Mapping[str, ToldData] | None = None,
        trees: Trees | None = None,
        index: ProjectIndex | None = None,
    ) -> None:
        """For the arguments see `Symbols`; `trees` are those of files that are checked, `index` is
        that of the files in `roots`, where they are known."""
        sys.setrecursionlimit(max(sys.getrecursionlimit(), DEEPEST))
        self._roots = [os.path.abspath(root) for root in roots]
        self._warn = warn
        self._environments = environments
        self._told = told or {}
        packages = search_path(self._roots, os.environ, environments)
        around = {"roots": self._roots, "search_path": packages, "told": self._told}
        self._cache = None if cache is None else AnswerCache(cache, around)
        self._worker: Symbols | None = None
        sources = Files()
        trees = trees or Trees(sources)
        locator = Locator(self._roots, packages, trees, self._follow)
        folders = [Path(root) for root in self._roots]
        self._answering = Answering(
            locator.locate,
            sources,
            lambda: python_files(folders),
            locator.follow,
            ToldByFolder(self._told).of,
            trees,
            index,
        )
        self._known: dict[Question, Answer] = {}

    def answer(self, question: Question) -> Answer:
        """What is known; an empty answer where nothing is."""
        known = self._known.get(question)
        if known is None:
            known = self._known[question] = self._look_up(question)
        return known

    def _look_up(self, question: Question) -> Answer:
        if self._cache is not None:
            kept = self._cache.answers([question])
            if kept:
                return kept[question]
        answer = self._answering.answer(question)
        if self._cache is not None and answer.lasting:
            self._cache.put(question, answer)
        return answer

    def _follow(self, folder: str, name: str, sought: Sought) -> Located:
        """Where a name is defined, as jedi sees it."""
        if self._worker is None:
            self._worker = Symbols(
                [Path(root) for root in self._roots],
                lambda question, answer: None,
                self._warn,
                environments=self._environments,
                told=self._told,
            )
        question = Question("place", folder, name)
        self._worker.ask("check", [question])
        answer = self._worker.wait([question])[question]
        location = answer.found.location if isinstance(answer.found, FoundPlace) else None
        return Located(location, tuple(one.path for one in answer.depends))

    def given_away(self) -> Lines:
        """What was learned since this was asked last, for another process to `take`."""
        return {} if self._cache is None else self._cache.given_away()

    def take(self, learned: Lines) -> None:
        """Keeps what another process learned."""
        if self._cache is not None:
            self._cache.take(learned)

    def close(self) -> None:
        """Ends the worker, where there is one, and writes what was learned."""
        if self._worker is not None:
            self._worker.close()
        if self._cache is not None:
            self._cache.save()
