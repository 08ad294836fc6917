"""The Python files and notebooks of a folder, less what version control and custom leave out."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from leakwise.sources.ignoring import IgnoreFile, ignore_files_above, ignored, read_ignore_file

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


def python_files(
    roots: Iterable[Path], unlistable: Callable[[Path, str], None] = lambda path, why: None
) -> Iterator[Path]:
    """The files to check for `roots`, each once, in a fixed order.

    A root that is a file is given as it is, whatever its name. A folder is walked for `*.py`
    and `*.ipynb`; links to folders in it are not followed, and files in `.gitignore`, in
    `.git/info/exclude`, in `EXCLUDED_FOLDERS` or in a virtual environment are left out. A root
    itself is never left out.

    `unlistable` is told of each folder that cannot be listed, and why.
    """
    seen: set[str] = set()
    for root in roots:
        files = _walk(root, ignore_files_above(root), unlistable) if root.is_dir() else (root,)
        for file in files:
            key = os.path.abspath(file)  # `resolve` would follow links
            if key not in seen:
                seen.add(key)
                yield file


def _walk(
    root: Path, above: Sequence[IgnoreFile], unlistable: Callable[[Path, str], None]
) -> Iterator[Path]:
    waiting: list[tuple[Path, Sequence[IgnoreFile]]] = [(root, above)]
    while waiting:
        folder, ignores = waiting.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            unlistable(folder, error.strerror or type(error).__name__)
            continue
        names = {entry.name for entry in entries}
        if "pyvenv.cfg" in names and folder != root:
            continue
        if ".gitignore" in names:
            ignores = (*ignores, *read_ignore_file(folder / ".gitignore", folder))
        prefix = os.path.join(os.path.abspath(folder), "")
        below: list[Path] = []
        for entry in entries:
            name = entry.name
            if entry.is_dir(follow_symlinks=False):
                if name not in EXCLUDED_FOLDERS and not ignored(prefix + name, True, ignores):
                    below.append(folder / name)
            elif (
                name.endswith((".py", ".ipynb"))
                and _is_file(entry)
                and not ignored(prefix + name, False, ignores)
            ):
                yield folder / name
        waiting.extend((path, ignores) for path in reversed(below))


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False
