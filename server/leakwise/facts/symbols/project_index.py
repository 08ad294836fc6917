"""Which files of the project mention a word: an index of identifiers, made when first asked."""

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from leakwise.sources import Sources, UnreadableError

_WORD = re.compile(r"[^\W\d]\w*")
_MOST_BYTES = 1_000_000
_MOST_PROJECT_FILES = 20_000
"""Of larger projects nothing is known: reading them would take longer than anyone waits."""


class ProjectIndex:
    """The words of the project's files. Files that were forgotten are read again."""

    def __init__(self, sources: Sources, project_files: Callable[[], Iterable[Path]]) -> None:
        self._sources = sources
        self._project_files = project_files
        self._words: dict[str, dict[str, None]] | None = None
        self._complete = True

    def forget(self, paths: Iterable[str]) -> None:
        """Takes note that what these paths hold has changed."""
        if any(path.endswith(".py") for path in paths):
            self._words = None

    def mentioning(self, *words: str) -> list[str] | None:
        """The absolute paths of the files in which all the words stand, in order; None where the
        project is too large, or not all of it can be read."""
        if self._words is None:
            self._read()
        assert self._words is not None
        if not self._complete:
            return None
        found = [self._words.get(word, {}) for word in words]
        return sorted(path for path in found[0] if all(path in other for other in found[1:]))

    def _read(self) -> None:
        self._words = {}
        self._complete = True
        for count, path in enumerate(self._project_files()):
            if count >= _MOST_PROJECT_FILES:
                self._complete = False
                return
            try:
                if path.stat().st_size > _MOST_BYTES:
                    continue
                text = self._sources.document(path).text
            except (OSError, UnreadableError):
                continue
            where = os.path.abspath(path)
            for word in set(_WORD.findall(text)):
                self._words.setdefault(word, {})[where] = None
