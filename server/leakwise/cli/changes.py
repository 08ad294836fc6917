"""Which lines of files changed since a revision of git."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from difflib import SequenceMatcher
from pathlib import Path

from leakwise.cli.complaints import complain
from leakwise.cli.loading import CouldNotRun
from leakwise.cli.revisions import Repository
from leakwise.cli.shown import CheckedFile, ShownPlace
from leakwise.facts.reading import document_of, read
from leakwise.sources import UnreadableError, nearest_with
from leakwise.sources.folders import is_in
from leakwise.text import Document

_MOST_COMPARED = 2_000
"""More lines than these are compared by those alone that are rare, which is quick."""

_Line = tuple[int | None, int]
"""The number of its cell, in a notebook, and its row in there, from 0."""


class Changes:
    """Knows the changes of all files that are checked. A file that git does not know of changed in
    all of its lines, one that was renamed since is compared with what it was."""

    def __init__(self, revision: str | None, paths: Iterable[Path]) -> None:
        """Changes since the commit in which `revision` and `HEAD` part, or since `HEAD` where no
        revision is given; `paths` lead to what is checked.

        Raises:
            CouldNotRun: there is no git, no repository at a path or no such revision.
        """
        self._revision = revision
        self._of: dict[str, Repository | None] = {}
        for path in paths:
            whole = os.path.realpath(path)
            folder = whole if os.path.isdir(whole) else os.path.dirname(whole)
            if os.path.isdir(folder):
                marked = nearest_with(folder, ".git") or folder
                self._of[marked] = self._opened(marked)

    def changed_files(self, paths: Iterable[str]) -> list[str]:
        """Those of `paths` whose content is not as it was."""
        return [path for path in paths if not self._is_as_before(path)]

    def touched(self, file: CheckedFile, document: Document | None) -> list[bool]:
        """Whether each finding of a file stands on a line that changed; `document` is what it
        holds, where that is not what the disk has."""
        try:
            new = read(Path(file.path)) if document is None else document
        except UnreadableError:
            return [True] * len(file.findings)
        old = self._before(file.path)
        if old is None:
            return [True] * len(file.findings)
        changed = _changed_lines(old, new)
        return [not changed.isdisjoint(_lines_of(one.place)) for one in file.findings]

    def _before(self, path: str) -> Document | None:
        repository, inner = self._place(path)
        content = None if repository is None else repository.content(inner)
        try:
            return None if content is None else document_of(content, path, "untitled:before")
        except UnreadableError:
            return None

    def _is_as_before(self, path: str) -> bool:
        repository, inner = self._place(path)
        known = None if repository is None else repository.hashes.get(inner)
        if known is None:
            return False
        try:
            data = Path(path).read_bytes()
        except (OSError, ValueError):
            return False
        header = f"blob {len(data)}\0".encode()
        algorithm = "sha1" if len(known) == 40 else "sha256"
        return hashlib.new(algorithm, header + data, usedforsecurity=False).hexdigest() == known

    def _place(self, path: str) -> tuple[Repository | None, str]:
        """The repository that a file is in, None where there is none, and its path from the top."""
        whole = os.path.realpath(path)
        folder = os.path.dirname(whole)
        marked = nearest_with(folder, ".git") or folder
        if marked not in self._of:
            try:
                self._of[marked] = self._opened(marked)
            except CouldNotRun as error:
                why = f"{error.format_message()} All of its lines count as changed"
                complain("warning", why)
                self._of[marked] = None
        found = self._of[marked]
        if found is None:
            return None, ""
        return found, os.path.relpath(whole, found.top).replace(os.sep, "/")

    def _opened(self, folder: str) -> Repository:
        """The repository in a folder. A submodule is compared with what it was where its
        superproject is compared with, unless the current folder is in it, so that the revision is
        one of its own.

        Raises:
            CouldNotRun: there is no git, no repository or no such revision.
        """
        commit = None
        outer = nearest_with(os.path.dirname(folder), ".git")
        is_here = is_in(os.path.realpath(os.getcwd()), folder)
        if outer is not None and self._revision is not None and not is_here:
            if outer not in self._of:
                with suppress(CouldNotRun):
                    self._of[outer] = self._opened(outer)
            if (above := self._of.get(outer)) is not None:
                inner = os.path.relpath(folder, above.top).replace(os.sep, "/")
                commit = above.submodules.get(inner)
        return Repository(folder, self._revision, commit)


def _changed_lines(old: Document, new: Document) -> set[_Line]:
    """The lines of `new` that are not as in `old`."""
    before, after = [text for _, text in _lines(old)], list(_lines(new))
    texts = [text for _, text in after]
    many = len(before) + len(texts) > _MOST_COMPARED
    matched = SequenceMatcher(None, before, texts, autojunk=many)
    return {
        after[line][0]
        for how, _, _, first, end in matched.get_opcodes()
        if how != "equal"
        for line in range(first, end)
    }


def _lines(document: Document) -> Iterable[tuple[_Line, str]]:
    for part in document.parts():
        number = document.number_of(part)
        for row, line in enumerate(part.lines):
            yield (number, row), line.rstrip("\r\n")


def _lines_of(place: ShownPlace) -> Sequence[_Line]:
    start, end = place.range.start, place.range.end
    # A range that ends before the first column of a line has nothing of it.
    last = end.line - 1 if end.column == 0 and end.line > start.line else end.line
    return [(place.cell, row) for row in range(start.line, last + 1)]
