"""Remembers what a check printed and what that rests on, for `again`."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from leakwise.cli.cache.again import Rests, command_line, encoded, listing_of, name_of, text_of
from leakwise.cli.cache.findings import FindingsCache
from leakwise.cli.cache.stamps import UNSURE, Stamp, settled, stamp_of
from leakwise.engine.knowledge import told_in
from leakwise.engine.outside import environments_of
from leakwise.engine.settings import FolderSettings, SettingsResolver
from leakwise.engine.settings.files import NAMES, user_file
from leakwise.sources.folders import is_in, project_folders
from leakwise.sources.ignoring import EXCLUDING, IGNORING, folders_to_repository
from leakwise.sources.keeping import keep


class Witness:
    """Is told during a check what it rests on. Of what it was not told of nothing is remembered."""

    def __init__(self, arguments: Sequence[str] | None = None) -> None:
        """`arguments` are those of the command line; nothing is remembered where they are not
        known."""
        self._arguments = arguments
        self._listings: dict[str, list[os.DirEntry[str]]] = {}
        self.cache: FindingsCache | None = None
        """What the findings come from, once they do."""

    def listed(self, folder: str, entries: "list[os.DirEntry[str]]") -> None:
        """A folder was looked through for files to check."""
        self._listings[folder] = entries

    def doubt(self) -> None:
        """Nothing is to be remembered: the next check may print something else."""
        self._arguments = None

    def remember(
        self,
        roots: Sequence[Path],
        files: Sequence[str],
        settings: SettingsResolver,
        printed: tuple[int, str, str],
    ) -> None:
        """Keeps what the check of the `files` in `roots` has `printed`: its exit status, what went
        to standard output and to standard error. It does not, without harm, where something may
        have changed meanwhile, or rests on what nobody looks at again."""
        if self.cache is None or self._arguments is None or any(map(_is_beyond, settings.made)):
            return
        basis = self.cache.basis_of(files)
        if basis is None:
            return
        world, stamps = basis
        marks, read = _repositories(roots)
        beside = {path: stamp_of(path) for path in (*read, *self._settings_files(settings))}
        if not all(one is None or _is_settled(one, self.cache.began) for one in beside.values()):
            return
        marks += [made.environment for made in settings.made if made.environment is not None]
        stamps = {**beside, **stamps}
        own, projects = os.path.abspath(self.cache.file.parent), project_folders(roots)
        line = command_line(self._arguments)
        status, output, errors = printed
        rests: Rests = {
            "command line": [line],
            "printed": [str(status), output, errors],
            "roots": [os.fspath(root) for root in roots],
            "projects": projects,
            "cache": [own],
            "environments": environments_of(projects, settings),
            "world": [repr(told_in(projects, settings)), world.names],
            "there": _flat((one, "there" if os.path.exists(one) else "") for one in marks),
            "stamps": _flat(
                (path, text_of(one)) for path, one in stamps.items() if path not in world.sources
            ),
            "sources": _flat((path, text_of(one)) for path, one in world.sources.items()),
            "listed": _flat(
                (folder, listing_of(folder, entries, own))
                for folder, entries in self._listings.items()
                if not is_in(folder, own)
            ),
        }
        body = encoded(rests)
        if body is not None:
            # Where it cannot be written the next check takes somewhat longer.
            with suppress(OSError):
                keep(self.cache.file.parent / name_of(line), body)

    def _settings_files(self, settings: SettingsResolver) -> Iterator[str]:
        """The files in which settings are, or would be."""
        yield user_file()
        for made in settings.made:
            yield from (os.fspath(one.file) for one in made.layers if one.file is not None)
        for folder in settings.looked_in:
            for name in NAMES:
                path = os.path.join(folder, name)
                # Of a folder that was listed it is known what it has not.
                if folder not in self._listings or os.path.lexists(path):
                    yield path
        for folder, entries in self._listings.items():
            if any(entry.name == IGNORING for entry in entries):
                yield os.path.join(folder, IGNORING)


def _repositories(roots: Sequence[Path]) -> tuple[list[str], list[str]]:
    """What tells in which repositories folders are, and what may leave some of them out."""
    marks: list[str] = []
    read: list[str] = []
    for root in roots:
        if root.is_dir():
            for folder in folders_to_repository(root):
                marks.append(os.path.join(folder, ".git"))
                read.append(os.path.join(folder, IGNORING))
            read.append(os.path.join(folder, EXCLUDING))
    return marks, read


def _is_beyond(made: FolderSettings) -> bool:
    """Whether settings lead to what is not looked at here: a baseline, and variables of the
    environment that stand in the path of other settings."""
    extends = (one.values.get("extend") or "" for one in made.layers)
    return made.baseline is not None or any("$" in path for path in extends)


def _is_settled(stamp: Stamp, began: int) -> bool:
    return settled(stamp, began) != UNSURE


def _flat(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [text for pair in pairs for text in pair]
