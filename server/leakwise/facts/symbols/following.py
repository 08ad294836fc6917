"""Follows a name through imports with jedi. Alone imports jedi; runs in the worker."""

import importlib
import os
from collections.abc import Iterator, Sequence
from typing import Any

import jedi
from jedi.api.environment import InterpreterEnvironment

from leakwise.facts.symbols.places import Sought
from leakwise.facts.symbols.questions import Location
from leakwise.facts.symbols.trails import Located
from leakwise.sources import is_in

_SOURCES = (".py", ".pyi")


class Follower:
    """Asks jedi for definitions, under settings that have it read and never run."""

    def __init__(self, folder: str) -> None:
        """jedi keeps what it parsed in `folder`."""
        # By default jedi imports `gi` to look inside, and keeps pickles in the user's folder.
        jedi.settings.auto_import_modules = []
        jedi.settings.cache_directory = folder
        self._environment = InterpreterEnvironment()
        self._library = os.path.dirname(os.path.abspath(jedi.__file__))
        self._read: set[str] = set()

    def opened(self, path: str) -> None:
        """Takes note that a file was read."""
        if path.endswith(_SOURCES) and not path.startswith(self._library):
            self._read.add(path)

    def refresh(self) -> None:
        """Takes note that files have changed, were made or are gone."""
        # jedi asks Python's finders, which remember what folders list.
        importlib.invalidate_caches()

    def follow(self, sought: Sought) -> Located:
        """Where a name is defined. What has several definitions in different files, is compiled,
        or lies outside the folders is not known."""
        self._read.clear()
        location = self._location(sought.parts, sought.folders)
        consulted = set(self._read)
        if location is None:
            consulted.update(_looked_into(sought.parts, sought.folders))
        return Located(location, tuple(sorted(consulted)))

    def _location(self, parts: Sequence[str], folders: Sequence[str]) -> Location | None:
        project = jedi.Project(
            folders[0], sys_path=folders, smart_sys_path=False, load_unsafe_extensions=False
        )
        for code, line, column in _ways(parts):
            script = jedi.Script(code, project=project, environment=self._environment)
            try:
                names = script.goto(line, column, follow_imports=True)
            except Exception:
                # jedi raises all sorts of things on code that it does not expect.
                return None
            # Where jedi cannot follow a name, it gives the name itself, which is in no file.
            found = {_location(one) for one in names if one.module_path is not None}
            if found:
                location = found.pop()
                inside = location is not None and any(is_in(location.path, p) for p in folders)
                return location if inside and not found else None
        return None


def _ways(parts: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Programs in which a name stands for `parts`, and its line and column there."""
    if len(parts) == 1:
        yield f"import {parts[0]}", 1, len("import ")
    for count in range(len(parts) - 1, 0, -1):
        head = f"from {'.'.join(parts[:count])} import {parts[count]}"
        if count == len(parts) - 1:
            yield head, 1, len(head) - len(parts[-1])
        else:
            use = ".".join(parts[count:])
            yield f"{head}\n{use}", 2, len(use) - len(parts[-1])


def _location(name: Any) -> Location | None:
    path = str(name.module_path)
    if not path.endswith(_SOURCES):
        return None
    full, module = name.full_name, name.module_name
    if name.type == "module":
        # Of a compiled module, jedi gives the path of the package around it.
        is_itself = full and full.rpartition(".")[2] == _module_name(path)
        return Location(path, "") if is_itself else None
    if not full or not full.startswith(f"{module}."):
        return None
    return Location(path, full[len(module) + 1 :])


def _module_name(path: str) -> str:
    folder, file = os.path.split(path)
    stem = file.partition(".")[0]
    return os.path.basename(folder).removesuffix("-stubs") if stem == "__init__" else stem


def _looked_into(parts: Sequence[str], folders: Sequence[str]) -> Iterator[str]:
    """The folders in which what was not found would appear."""
    for folder in folders:
        yield folder
        for part in parts[:-1]:
            folder = os.path.join(folder, part)
            if not os.path.isdir(folder):
                break
            yield folder
