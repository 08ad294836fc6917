"""Finds where an imported symbol is defined, with jedi. Runs in the worker alone."""

import importlib
import keyword
import os
from collections.abc import Iterator, Sequence
from typing import Any

import jedi
from jedi.api.environment import InterpreterEnvironment

from leakwise.facts.symbols.questions import Location
from leakwise.facts.symbols.trails import Located

_SOURCES = (".py", ".pyi")


class Locator:
    """Knows where symbols are defined, as seen from a folder."""

    def __init__(self, roots: Sequence[str], search_path: Sequence[str], folder: str) -> None:
        """`roots` are the folders of the workspace, `search_path` those of its environments.
        jedi keeps what it parsed in `folder`."""
        # By default jedi imports `gi` to look inside, and keeps pickles in the user's folder.
        jedi.settings.auto_import_modules = []
        jedi.settings.cache_directory = folder
        self._roots = [os.path.abspath(root) for root in roots]
        self._search_path = list(search_path)
        self._environment = InterpreterEnvironment()
        self._read: set[str] = set()
        self._library = os.path.dirname(os.path.abspath(jedi.__file__))

    def opened(self, path: str) -> None:
        """Takes note that a file was read."""
        if path.endswith(_SOURCES) and not path.startswith(self._library):
            self._read.add(path)

    def refresh(self) -> None:
        """Takes note that files have changed, were made or are gone."""
        # jedi asks Python's finders, which remember what folders list.
        importlib.invalidate_caches()

    def locate(self, folder: str, name: str) -> Located:
        """Where `name` is defined, as a file in `folder` imports it.

        Re-exports are followed. What has several definitions in different files, is compiled, or
        belongs to Python's library is not known.
        """
        parts = name.lstrip(".").split(".")
        level = len(name) - len(name.lstrip("."))
        if not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
            return Located(None, ())
        places = self._places(folder)
        if level:
            for _ in range(level - 1):
                folder = os.path.dirname(folder)
            top, package = self._package_of(folder, places)
            parts = [*package, *parts]
            places = [top, *places]
        search_path = list(dict.fromkeys([*places, *self._search_path]))
        self._read.clear()
        location = self._follow(parts, search_path)
        consulted = set(self._read)
        if location is None:
            consulted.update(_looked_into(parts, search_path))
        return Located(location, tuple(sorted(consulted)))

    def _places(self, folder: str) -> list[str]:
        """The folders of user code in which a file in `folder` finds what it imports, the likeliest
        first: beside it, and those above it with their `src` up to the workspace's."""
        root = max((root for root in self._roots if _is_in(folder, root)), key=len, default=folder)
        within: list[str] = []
        without: list[str] = []
        while True:
            inside = os.path.isfile(os.path.join(folder, "__init__.py"))
            (within if inside else without).append(folder)
            source = os.path.join(folder, "src")
            if not inside and os.path.isdir(source):
                without.append(source)
            if folder == root or not _is_in(folder, root):
                break
            folder = os.path.dirname(folder)
        others = [one for root in self._roots for one in (root, os.path.join(root, "src"))]
        return [*without, *within, *others]

    def _package_of(self, folder: str, places: Sequence[str]) -> tuple[str, list[str]]:
        """The folder in which the package that `folder` is begins, and its dotted name there."""
        names: list[str] = []
        top = folder
        while os.path.isfile(os.path.join(top, "__init__.py")) and os.path.dirname(top) != top:
            names.insert(0, os.path.basename(top))
            top = os.path.dirname(top)
        if not names:
            # Without `__init__.py` a package begins nowhere in particular.
            above = [one for one in places if one != folder and _is_in(folder, one)]
            top = max(above, key=len, default=os.path.dirname(folder))
            names = os.path.relpath(folder, top).split(os.sep)
        return top, names

    def _follow(self, parts: Sequence[str], search_path: Sequence[str]) -> Location | None:
        project = jedi.Project(
            search_path[0],
            sys_path=search_path,
            smart_sys_path=False,
            load_unsafe_extensions=False,
        )
        for code, line, column in _ways(parts):
            script = jedi.Script(code, project=project, environment=self._environment)
            try:
                names = script.goto(line, column, follow_imports=True)
            except Exception:
                # jedi raises all sorts of things on code that it does not expect.
                return None
            # Where jedi cannot follow a name, it gives the name itself, which is in no file.
            found = [one for one in names if one.module_path is not None]
            if found:
                locations = {_location(one) for one in found}
                location = locations.pop()
                here = location is not None and any(_is_in(location.path, p) for p in search_path)
                return location if here and not locations else None
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


def _looked_into(parts: Sequence[str], search_path: Sequence[str]) -> Iterator[str]:
    """The folders in which what was not found would appear."""
    for folder in search_path:
        yield folder
        for part in parts[:-1]:
            folder = os.path.join(folder, part)
            if not os.path.isdir(folder):
                break
            yield folder


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))
