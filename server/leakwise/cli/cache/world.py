"""What lies round the checked files, as far as answers about other files may rest on it."""

from __future__ import annotations

import os
from importlib.machinery import EXTENSION_SUFFIXES

from leakwise.cli.cache.stamps import stamp_of
from leakwise.sources.digests import blake2b
from leakwise.sources.folders import is_in

TYPE_CHECKING = False  # As `typing` has it, which takes long to load.
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from leakwise.cli.cache.stamps import Stamp

MOST_FILES = 50_000
"""In larger projects nothing is kept that rests on other files: looking would take too long."""

_LEFT_OUT = frozenset({"__pycache__", "node_modules"})
IGNORING = ".gitignore"
_SOURCES = (".py", ".pyi", ".ipynb", IGNORING, *EXTENSION_SUFFIXES)


class World:
    """`names` stands for which source files there are and which packages are installed; how the
    former look by absolute path; the project's `folders`."""

    __slots__ = ("folders", "names", "sources")

    def __init__(self, names: str, sources: Mapping[str, Stamp], folders: tuple[str, ...]) -> None:
        self.names = names
        self.sources = sources
        self.folders = folders


def world_of(folders: Sequence[str], packages: Sequence[str], told: str) -> World | None:
    """What lies in the projects' `folders` and is installed in the folders `packages`; None where
    it is too much. `told` stands for what users tell of libraries.

    Whatever a name leads to depends on which files there are: another one may come before it.
    """
    names = blake2b(digest_size=16)
    sources: dict[str, Stamp] = {}
    names.update(told.encode(errors="surrogateescape"))
    count = 0
    for folder in folders:
        names.update(f"{folder}\n".encode(errors="surrogateescape"))
        for entry in _sources(folder):
            count += 1
            if count > MOST_FILES:
                return None
            names.update(os.fsencode(entry.path) + b"\n")
            stamp = stamp_of(entry.path)
            if stamp is not None:
                sources[entry.path] = stamp
    for folder in packages:
        names.update(f"{folder}\n".encode(errors="surrogateescape"))
        if "site-packages" in folder or not any(is_in(folder, one) for one in folders):
            names.update(os.fsencode("\n".join(_names(folder))) + b"\n")
    return World(names.hexdigest(), sources, tuple(folders))


def _names(folder: str) -> list[str]:
    """What a folder with packages lists: with each package the metadata of its version. How old
    these are says nothing, each machine installs them anew."""
    try:
        return sorted(set(os.listdir(folder)) - _LEFT_OUT)
    except OSError:
        return []


def _sources(folder: str) -> Iterator[os.DirEntry[str]]:
    """The files of a project that imports may lead to, or that say which ones are looked at.
    Environments are left out: what they have is installed."""
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            continue
        if any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        found: list[os.DirEntry[str]] = []
        only_ignores = True
        for entry in entries:
            name = entry.name
            if name.endswith(_SOURCES):
                found.append(entry)
                only_ignores = only_ignores and name == IGNORING
            elif name[:1] != "." and name not in _LEFT_OUT and entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
                only_ignores = False
        # Where nothing is that could be left out, as in a cache's own folder, it says nothing.
        if not only_ignores:
            yield from found
