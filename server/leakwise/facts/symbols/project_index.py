"""Which files of the project mention a word: an index of identifiers, made when first asked."""

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from leakwise.sources import Sources, UnreadableError

_WORD = re.compile(r"[^\W\d]\w*")
_MOST_BYTES = 1_000_000
_MOST_PROJECT_FILES = 5_000
"""Of larger projects nothing is known: reading them would take longer than anyone waits."""


class ProjectIndex:
    """The words of the project's files. Files that were forgotten are read again."""

    def __init__(self, sources: Sources, project_files: Callable[[], Iterable[Path]]) -> None:
        self._sources = sources
        self._project_files = project_files
        self._files: dict[str, frozenset[str]] = {}
        self._mentioning: dict[str, dict[str, None]] = {}
        self._listed = False
        self._complete = True

    def forget(self, paths: Iterable[str]) -> None:
        """Takes note that what these paths hold has changed."""
        for path in paths:
            self._drop(path)
            self._listed = False

    def mentioning(self, *words: str) -> list[str] | None:
        """The absolute paths of the files in which all the words stand, in order; None where the
        project is too large."""
        if not self._listed:
            self._list()
        if not self._complete:
            return None
        found = [self._mentioning.get(word, {}) for word in words]
        return sorted(path for path in found[0] if all(path in other for other in found[1:]))

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
                words = frozenset(_WORD.findall(self._sources.document(Path(path)).text))
        except (OSError, ValueError, UnreadableError):
            pass
        self._files[path] = words
        for word in words:
            self._mentioning.setdefault(word, {})[path] = None

    def _drop(self, path: str) -> None:
        for word in self._files.pop(path, ()):
            del self._mentioning[word][path]
