"""Answers questions about other files: finds the file, and has its own facts tell."""

import os
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from leakwise.facts.apis.told import NOTHING_TOLD, Told
from leakwise.facts.externals import FRAMEWORKS
from leakwise.facts.module import ModuleFacts
from leakwise.facts.symbols.callers import grad_of_callers
from leakwise.facts.symbols.known import Changes
from leakwise.facts.symbols.project_index import ProjectIndex
from leakwise.facts.symbols.questions import (
    Answer,
    Dependency,
    Found,
    FoundCallers,
    Location,
    Question,
    address,
    is_address,
    location_of,
)
from leakwise.facts.symbols.summaries import Elsewhere, found_in, passed_on
from leakwise.facts.symbols.trails import Located, dependency_on
from leakwise.facts.symbols.trees import Trees
from leakwise.sources import Sources
from leakwise.syntax import SyntaxTree

Locate = Callable[[str, str], Located]
"""Where a name is defined that a file in a folder imports."""

MOST_DEEP = 2
"""How many files an answer follows one another: the one that was asked about, and those that it
imports."""
_MOST_HOPS = 8
"""How many files may pass a name on by importing it."""
_MOST_BYTES = 1_000_000
"""Larger files are data more often than code."""
_MOST_KEPT_CHARACTERS = 1_500_000
"""How much source the files have whose facts are kept: these take some fifty times as much."""
_MOST_ANSWERS = 20_000
_MOST_FILES = 120
"""How many files' facts are kept."""

_Trail = dict[str, None]


@dataclass(slots=True)
class _File:
    """The facts of one file, and all that they rest on."""

    facts: ModuleFacts
    characters: int
    trail: _Trail = field(default_factory=dict)


class Answering:
    """Answers from what `sources` hold. Use it from one thread.

    `locate` finds names, `project_files` lists the files in which callers are looked for, and
    `follow` finds names that the file which `locate` gave does not have. `told` gives what users
    tell of libraries that the file at a path uses. `trees` are those of `sources`, and `index`
    that of the project's files, where others have use for them too.
    """

    def __init__(
        self,
        locate: Locate,
        sources: Sources,
        project_files: Callable[[], Iterable[Path]],
        follow: Locate | None = None,
        told: Callable[[str], Told] = lambda path: NOTHING_TOLD,
        trees: Trees | None = None,
        index: ProjectIndex | None = None,
    ) -> None:
        self._locate = locate
        self._jedi = follow
        self._told = told
        self._trees = trees or Trees(sources)
        self._index = index or ProjectIndex(sources, project_files)
        self._files: OrderedDict[tuple[str, int], _File] = OrderedDict()
        self._characters = 0
        self._unwanted: list[ModuleFacts] = []
        """Those that go with the end of an answer, which may still use them."""
        self._known: dict[tuple[Question, int], tuple[Found | None, _Trail]] = {}
        self._looks: dict[str, Dependency] = {}
        """How paths look, since something has changed last."""

    def answer(self, question: Question) -> Answer:
        """What is known; nothing where that fails. Never raises."""
        try:
            if question.about == "callers":
                callers, trail = self._callers(question)
                return Answer(callers, self._rests_on(trail))
            found, trail = self._symbol(question, 0)
        except (RecursionError, MemoryError):
            return Answer()
        finally:
            for facts in self._unwanted:
                facts.take_apart()
            self._unwanted.clear()
        return Answer(found, self._rests_on(trail), lasting=True)

    def _rests_on(self, trail: _Trail) -> tuple[Dependency, ...]:
        looks = self._looks
        for path in trail:
            if path not in looks:
                looks[path] = dependency_on(path)
        return tuple(looks[path] for path in trail)

    def forget(self, paths: Iterable[str]) -> None:
        """Takes note that what these paths hold has changed."""
        changes = Changes(paths)
        self._trees.forget()
        self._looks.clear()
        self._known.clear()
        self._index.forget(changes.paths)
        for key, file in list(self._files.items()):
            if changes.touch(file.trail):
                self._characters -= file.characters
                del self._files[key]

    def _symbol(self, question: Question, depth: int) -> tuple[Found | None, _Trail]:
        key = (question, depth)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MOST_ANSWERS:
                self._known.clear()
            trail: _Trail = {}
            found = self._follow(question, depth, trail)
            known = self._known[key] = (found, trail)
        return known

    def _follow(self, question: Question, depth: int, trail: _Trail) -> Found | None:
        folder, name = question.folder, question.name
        for _ in range(_MOST_HOPS):
            location = self._location(folder, name, trail)
            if location is None:
                return None
            trail[location.path] = None
            file = self._file(location.path, depth)
            if file is None:
                return None
            asker, folder = folder, os.path.dirname(location.path)
            beside = partial(self._address, folder, trail)
            found = found_in(file.facts, location, beside, only_value=question.about == "value")
            trail.update(file.trail)
            if found is None and not is_address(name):
                return self._look_closer(asker, name, location, depth, trail)
            if not isinstance(found, Elsewhere):
                return found
            name = found.name
        return None

    def _look_closer(
        self, folder: str, name: str, seen: Location, depth: int, trail: _Trail
    ) -> Found | None:
        """What is found of a name that the file does not have which should. Where the file binds
        no such name, nobody else finds it either."""
        if self._jedi is None or self._locate(folder, name).location is None:
            return None
        located = self._jedi(folder, name)
        trail.update(dict.fromkeys(located.consulted))
        location = located.location
        if location is None or location == seen or _is_framework(location.path):
            return None
        trail[location.path] = None
        file = self._file(location.path, depth)
        if file is None:
            return None
        beside = partial(self._address, os.path.dirname(location.path), trail)
        found = found_in(file.facts, location, beside)
        trail.update(file.trail)
        return None if isinstance(found, Elsewhere) else found

    def _location(self, folder: str, name: str, trail: _Trail) -> Location | None:
        if is_address(name):
            return location_of(name)
        located = self._locate(folder, name)
        trail.update(dict.fromkeys(located.consulted))
        if located.location is not None and not _is_framework(located.location.path):
            return located.location
        # A file of the project may pass on what is not installed, or what the tables know.
        head, rest = name, ""
        while (dot := head.rpartition("."))[0].strip("."):
            head, rest = dot[0], f"{dot[2]}.{rest}" if rest else dot[2]
            located = self._locate(folder, head)
            trail.update(dict.fromkeys(located.consulted))
            if located.location is not None:
                path, qualified = located.location.path, located.location.qualified
                if _is_framework(path):
                    return None
                return Location(path, f"{qualified}.{rest}" if qualified else rest)
        return None

    def _address(self, folder: str, trail: _Trail, name: str) -> str | None:
        """The address of what a file in `folder` imports; None where it leads nowhere."""
        location = self._defined(folder, name, trail)
        if location is None or not location.qualified:
            return None
        return address(location.path, location.qualified)

    def _defined(self, folder: str, name: str, trail: _Trail) -> Location | None:
        """Where what a file in `folder` imports is defined, also where others pass it on."""
        for _ in range(_MOST_HOPS):
            location = self._location(folder, name, trail)
            if location is None:
                return None
            trail[location.path] = None
            file = self._file(location.path, MOST_DEEP)
            further = None if file is None else passed_on(file.facts, location.qualified)
            if further is None:
                return location
            folder, name = os.path.dirname(location.path), further
        return None

    def _file(self, path: str, depth: int) -> _File | None:
        """The facts of a file, with `depth` files before it; None where it cannot be read."""
        key = (path, depth)
        file = self._files.get(key)
        if file is None:
            tree = self._tree(path)
            if tree is None:
                return None
            trail: _Trail = {path: None}
            facts = ModuleFacts(
                tree.document,
                lambda asked: self._ask_below(asked, depth + 1, trail),
                self._told(path),
                tree,
            )
            file = self._files[key] = _File(facts, len(tree.document.text), trail)
            self._characters += file.characters
            while len(self._files) > 1 and (
                len(self._files) > _MOST_FILES or self._characters > _MOST_KEPT_CHARACTERS
            ):
                _, oldest = self._files.popitem(last=False)
                self._characters -= oldest.characters
                self._unwanted.append(oldest.facts)
        self._files.move_to_end(key)
        return file

    def _tree(self, path: str) -> SyntaxTree | None:
        """What a file holds; None where it cannot be read."""
        try:
            return self._trees.of(path) if os.path.getsize(path) <= _MOST_BYTES else None
        except (OSError, ValueError):
            return None

    def _ask_below(self, question: Question, depth: int, trail: _Trail) -> Answer:
        if question.about == "callers" or depth >= MOST_DEEP:
            return Answer()
        found, rests_on = self._symbol(question, depth)
        trail.update(rests_on)
        return Answer(found)

    def _callers(self, question: Question) -> tuple[FoundCallers, _Trail]:
        trail: _Trail = {}
        files: list[_File] = []

        def facts_of(path: str) -> ModuleFacts | None:
            file = self._file(path, 0)
            if file is None:
                return None
            files.append(file)
            return file.facts

        grad = grad_of_callers(
            Location(question.folder, question.name),
            self._index,
            self._tree,
            facts_of,
            lambda folder, name: self._defined(folder, name, trail),
            lambda paths: trail.update(dict.fromkeys(paths)),
        )
        for file in files:
            trail.update(file.trail)
        return FoundCallers(grad), trail


def _is_framework(path: str) -> bool:
    """Whether a file belongs to a package that the tables in `apis` know."""
    if "-packages" not in path:
        return False
    parts = Path(path).parts
    for folder in ("site-packages", "dist-packages"):
        if folder in parts:
            after = parts[len(parts) - parts[::-1].index(folder) :]
            return bool(after) and after[0].removesuffix(".py") in FRAMEWORKS
    return False
