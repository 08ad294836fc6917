"""The Python files and notebooks of a folder, less what version control and custom leave out."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from leakwise.sources.ignoring import (
    IGNORING,
    IgnoreFile,
    ignore_files_above,
    ignored,
    read_ignore_file,
)
from leakwise.sources.patterns import FileChoice, choice

EXCLUDED_FOLDERS = frozenset(
    {
        ".bzr",
        ".direnv",
        ".eggs",
        ".git",
        ".hg",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pants.d",
        ".pyenv",
        ".pytest_cache",
        ".pytype",
        ".ruff_cache",
        ".svn",
        ".tox",
        ".venv",
        ".virtual_documents",
        ".vscode",
        "__pycache__",
        "__pypackages__",
        "_build",
        "buck-out",
        "build",
        "dist",
        "node_modules",
        "site-packages",
        "venv",
    }
)
"""Names of folders that are not entered unless they are asked for by name."""

INCLUDED_FILES = ("*.py", "*.ipynb")
"""Patterns of the files that are taken from folders."""

_USUAL = choice(INCLUDED_FILES, sorted(EXCLUDED_FOLDERS))


def _usual_choice(folder: str) -> FileChoice:
    return _USUAL


def python_files(
    roots: Iterable[Path],
    unlistable: Callable[[Path, str], None] = lambda path, why: None,
    choice_in: Callable[[str], FileChoice] = _usual_choice,
    listed: Callable[[str, list[os.DirEntry[str]]], None] = lambda folder, entries: None,
) -> Iterator[Path]:
    """The files to check for `roots`, each once, in a fixed order.

    A root that is a file is given as it is, whatever its name. A folder is walked; links to folders
    in it are not followed, and files in `.gitignore`, in `.git/info/exclude` or in a virtual
    environment are left out. A root itself is never left out.

    `choice_in` gives what is taken of a folder, by its absolute path: `INCLUDED_FILES`, and no
    `EXCLUDED_FOLDERS`, where it is not given. `unlistable` is told of each folder that cannot be
    listed, and why; `listed` of each that was, by its absolute path, and what it has.
    """
    seen: set[str] = set()
    for root in roots:
        files = _walk(root, unlistable, choice_in, listed) if root.is_dir() else (root,)
        for file in files:
            key = os.path.abspath(file)  # `resolve` would follow links
            if key not in seen:
                seen.add(key)
                yield file


def _walk(
    root: Path,
    unlistable: Callable[[Path, str], None],
    choice_in: Callable[[str], FileChoice],
    listed: Callable[[str, list[os.DirEntry[str]]], None],
) -> Iterator[Path]:
    waiting: list[tuple[Path, Sequence[IgnoreFile]]] = [(root, ignore_files_above(root))]
    while waiting:
        folder, ignores = waiting.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            unlistable(folder, error.strerror or type(error).__name__)
            continue
        absolute = os.path.abspath(folder)
        listed(absolute, entries)
        names = {entry.name for entry in entries}
        if "pyvenv.cfg" in names and folder != root:
            continue
        if IGNORING in names:
            ignores = (*ignores, *read_ignore_file(folder / IGNORING, folder))
        chosen = choice_in(absolute)
        heeded = ignores if chosen.respect_gitignore else ()
        prefix = os.path.join(absolute, "")
        below: list[Path] = []
        for entry in entries:
            path = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                if chosen.enters(path) and not ignored(path, True, heeded):
                    below.append(folder / entry.name)
            elif chosen.takes(path) and _is_file(entry) and not ignored(path, False, heeded):
                yield folder / entry.name
        waiting.extend((path, ignores) for path in reversed(below))


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False
