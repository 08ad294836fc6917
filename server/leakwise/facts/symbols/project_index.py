"""Which files of the project mention a word: an index of identifiers, made when first asked."""

import os
import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from leakwise.facts.reading import Files
from leakwise.sources import Sources, UnreadableError, python_files

_WORD = re.compile(r"[^\W\d]\w*")
_IMPORT = re.compile(r"\b(?:from|import)\b[^\n(]*(?:\([^)]*\))?")
_LEVEL = re.compile(r"from\s*(\.+)")
_MOST_BYTES = 1_000_000
_MOST_PROJECT_FILES = 20_000
"""Of larger projects nothing is known: reading them would take longer than anyone waits."""


class Imports(NamedTuple):
    """What a file may import: the words in its import statements, and how many dots lead from its
    folder to what it imports from relative to that."""

    words: frozenset[str] = frozenset()
    levels: frozenset[int] = frozenset()

    def reach(self, names: Collection[str], importer: str, target: str) -> bool:
        """Whether the file at `importer` imports something of one of `names`, or from a package,
        relative to its own folder, in which the file at `target` lies."""
        return not self.words.isdisjoint(names) or any(
            self._leads_below(_folder_above(importer, level), target) for level in self.levels
        )

    def _leads_below(self, folder: str, target: str) -> bool:
        below = os.path.relpath(os.path.realpath(target), os.path.realpath(folder))
        first = below.partition(os.sep)[0]
        if first == os.pardir:
            return False
        # The modules of a package may pass on what they import from one another.
        whole = os.path.isfile(os.path.join(folder, "__init__.py"))
        return whole or first.removesuffix(".py") in self.words


class ProjectIndex:
    """The words of the project's files. Files that were forgotten are read again.

    Of each word four bytes are kept, in order: a large project has millions.
    """

    def __init__(self, sources: Sources, project_files: Callable[[], Iterable[Path]]) -> None:
        self._sources = sources
        self._project_files = project_files
        self._files: dict[str, array[int]] = {}
        self._imports: dict[str, Imports] = {}
        self._listed = False
        self._complete = True

    def prepare(self) -> None:
        """Reads the files now, and not at the first question."""
        if not self._listed:
            self._list()

    def forget(self, paths: Iterable[str]) -> None:
        """Takes note that what these paths hold has changed."""
        for path in paths:
            self._drop(path)
            self._listed = False

    def mentioning(self, word: str) -> list[str] | None:
        """The absolute paths of the files in which a word stands, and rarely of one in which it
        does not, in order; None where the project is too large."""
        self.prepare()
        if not self._complete:
            return None
        mark = _mark(word)
        return sorted(path for path, marks in self._files.items() if _holds(marks, mark))

    def imports(self, path: str) -> Imports:
        """What one of the files may import."""
        return self._imports.get(path, _NO_IMPORTS)

    def _list(self) -> None:
        gone = dict.fromkeys(self._files)
        self._listed = self._complete = True
        for count, path in enumerate(self._project_files()):
            if count >= _MOST_PROJECT_FILES:
                self._complete = False
                return
            where = os.path.abspath(path)
            gone.pop(where, None)
            if where not in self._files:
                self._read(where)
        for where in gone:
            self._drop(where)

    def _read(self, path: str) -> None:
        words: set[str] = set()
        try:
            if os.path.getsize(path) <= _MOST_BYTES:
                text = self._sources.document(Path(path)).text
                words = words_in(text)
                self._imports[path] = _imports_in(text)
        except (OSError, ValueError, UnreadableError):
            pass
        self._files[path] = array("I", sorted(map(_mark, words)))

    def _drop(self, path: str) -> None:
        self._imports.pop(path, None)
        self._files.pop(path, None)


def index_of(folders: Iterable[Path]) -> ProjectIndex:
    """The index of the files below some folders, as they are on the disk."""
    listed = list(folders)
    return ProjectIndex(Files(), lambda: python_files(listed))


def words_in(text: str) -> set[str]:
    """The names and other words of a file."""
    return set(_WORD.findall(text))


_NO_IMPORTS = Imports()


def _mark(word: str) -> int:
    return crc32(word.encode("utf-8", "surrogatepass"))


def _holds(marks: "array[int]", mark: int) -> bool:
    at = bisect_left(marks, mark)
    return at < len(marks) and marks[at] == mark


def _imports_in(text: str) -> Imports:
    statements = _IMPORT.findall(text)
    levels = (found for one in statements if (found := _LEVEL.match(one)))
    return Imports(
        frozenset(word for one in statements for word in _WORD.findall(one)),
        frozenset(len(found[1]) for found in levels),
    )


def _folder_above(path: str, level: int) -> str:
    """The folder that a relative import with so many dots begins at."""
    for _ in range(level):
        path = os.path.dirname(path)
    return path
