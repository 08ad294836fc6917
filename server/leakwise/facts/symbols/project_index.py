"""Which files of the project mention a word: an index of identifiers, made when first asked."""

import os
import re
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from leakwise.sources import Sources, UnreadableError

_WORD = re.compile(r"[^\W\d]\w*")
_IMPORT = re.compile(r"\b(?:from|import)\b[^\n(]*(?:\([^)]*\))?")
_LEVEL = re.compile(r"from\s*(\.+)")
_MOST_BYTES = 1_000_000
_MOST_PROJECT_FILES = 5_000
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
    """The words of the project's files. Files that were forgotten are read again."""

    def __init__(self, sources: Sources, project_files: Callable[[], Iterable[Path]]) -> None:
        self._sources = sources
        self._project_files = project_files
        self._files: dict[str, frozenset[str]] = {}
        self._mentioning: dict[str, dict[str, None]] = {}
        self._imports: dict[str, Imports] = {}
        self._listed = False
        self._complete = True

    def forget(self, paths: Iterable[str]) -> None:
        """Takes note that what these paths hold has changed."""
        for path in paths:
            self._drop(path)
            self._listed = False

    def mentioning(self, word: str) -> list[str] | None:
        """The absolute paths of the files in which a word stands, in order; None where the project
        is too large."""
        if not self._listed:
            self._list()
        if not self._complete:
            return None
        return sorted(self._mentioning.get(word, ()))

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
        words: frozenset[str] = frozenset()
        try:
            if os.path.getsize(path) <= _MOST_BYTES:
                text = self._sources.document(Path(path)).text
                words = frozenset(_WORD.findall(text))
                self._imports[path] = _imports_in(text)
        except (OSError, ValueError, UnreadableError):
            pass
        self._files[path] = words
        for word in words:
            self._mentioning.setdefault(word, {})[path] = None

    def _drop(self, path: str) -> None:
        self._imports.pop(path, None)
        for word in self._files.pop(path, ()):
            del self._mentioning[word][path]


_NO_IMPORTS = Imports()


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
