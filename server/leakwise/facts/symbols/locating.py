"""Finds where an imported symbol is defined: by the names of files and what these bind at their
top level; where these do not tell, another finds it: jedi, in the worker."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.machinery import EXTENSION_SUFFIXES

from leakwise.facts.symbols.places import Places, Sought
from leakwise.facts.symbols.questions import Location
from leakwise.facts.symbols.surfaces import EMPTY, Surface, surface_of
from leakwise.facts.symbols.trails import Located
from leakwise.facts.symbols.trees import Trees

Follow = Callable[[str, str, Sought], Located]
"""Where a name is defined that a file in a folder imports: imports are followed to their ends."""

_NATIVE = (*EXTENSION_SUFFIXES, ".pyd")

_MOST_FOUND = 20_000
"""Names that are known with where they are defined, as seen from a folder."""
_MOST_SURFACES = 4_000
"""Files whose names are kept for the next question."""


@dataclass(slots=True)
class _Walk:
    """How far file names led: the file of the last module, None in a namespace package; the module
    above it; what is left of the name; and where the next part was looked for in vain."""

    file: str | None = None
    above: str | None = None
    rest: Sequence[str] = ()
    missed: list[str] = field(default_factory=list)
    compiled: bool = False


class Locator:
    """Knows where symbols are defined, as seen from a folder."""

    def __init__(
        self, roots: Sequence[str], search_path: Sequence[str], trees: Trees, follow: Follow
    ) -> None:
        """`roots` are the folders of the workspace, `search_path` those of its environments.
        `follow` finds what the names of files do not tell."""
        self._places = Places(roots, search_path)
        self._trees = trees
        self._follow = follow
        self._surfaces: dict[str, Surface] = {}
        self._found: dict[tuple[str, str], Located] = {}
        self._imported: dict[tuple[str, str], tuple[str | None, list[str]]] = {}
        """By file and module that it imports from: the module's file, and where else it may be."""

    def refresh(self) -> None:
        """Takes note that files have changed, were made or are gone."""
        self._places.refresh()
        self._trees.forget()
        self._surfaces.clear()
        self._imported.clear()
        self._found.clear()

    def locate(self, folder: str, name: str) -> Located:
        """Where `name` is bound, as a file in `folder` imports it.

        That may be an import in the file that is given: its facts tell what it leads to. What is
        compiled or belongs to Python's library is not known.
        """
        known = self._found.get((folder, name))
        if known is None:
            if len(self._found) >= _MOST_FOUND:
                self._found.clear()
            known = self._found[folder, name] = self._locate(folder, name)
        return known

    def _locate(self, folder: str, name: str) -> Located:
        sought = self._places.sought(folder, name)
        if sought is None:
            return Located(None, ())
        located = self._located(folder, name, sought)
        file = None if located.location is None else located.location.path
        decisive = [] if file is None else [*_absent_before(sought, file), *_package_for(file)]
        consulted = (*located.consulted, *decisive, *self._places.marks(folder))
        return Located(located.location, tuple(dict.fromkeys(consulted)))

    def _located(self, folder: str, name: str, sought: Sought) -> Located:
        walk = self._walk(sought)
        if walk.file is None:
            # Stubs may be installed without what they are for.
            if self._has_stubs(sought):
                return self._follow(folder, name, sought)
            return Located(None, tuple(dict.fromkeys(walk.missed)))
        if walk.compiled:
            return Located(None, (walk.file,))
        if not walk.rest:
            if walk.above is None:
                return Located(Location(walk.file, ""), (walk.file,))
            # What a package binds comes before its modules.
            own = sought.parts[-1]
            found = Location(walk.file, "")
            if self._binds_else(walk.above, own, walk.file):
                found = Location(walk.above, own)
            return Located(found, (walk.above, walk.file))
        looked: dict[str, None] = {}
        holder = self._holder(walk.file, walk.rest[0], looked)
        if holder is not None:
            found = _joined(holder, walk.rest[1:])
            return Located(found, (*looked, *walk.missed))
        shadowing = _absent_before(sought, walk.file)
        return Located(None, (*looked, *walk.missed, *shadowing))

    def follow(self, folder: str, name: str) -> Located:
        """Where `name` is defined, as a file in `folder` imports it: imports are followed to their
        ends. What has several definitions in different files is not known."""
        sought = self._places.sought(folder, name)
        return Located(None, ()) if sought is None else self._follow(folder, name, sought)

    def _walk(self, sought: Sought) -> _Walk:
        """Goes from part to part as Python does: a package, a module, or else a namespace package,
        which may have several folders."""
        walk = _Walk(rest=sought.parts)
        folders: Sequence[str] = sought.folders
        for index, part in enumerate(sought.parts):
            namespace: list[str] = []
            for folder in folders:
                file, package = self._module(folder, part)
                if file:
                    walk.above, walk.file = walk.file, file
                    walk.compiled = not file.endswith((".py", ".pyi"))
                    walk.missed = []
                    folders = (package,) if package else ()
                    break
                if package:
                    namespace.append(package)
            else:
                walk.missed += folders
                if not namespace or walk.file is not None:
                    return walk
                folders = namespace
            walk.rest = sought.parts[index + 1 :]
            if walk.compiled or not folders:
                return walk
        if walk.rest == () and walk.file is None:
            walk.missed += folders
        return walk

    def _module(self, folder: str, name: str) -> tuple[str, str]:
        """The file of the module `name` in a folder, and the folder of its modules if it is a
        package; where it has no file, it may be a namespace package."""
        names = self._places.listing(folder)
        package = os.path.join(folder, name) if name in names else ""
        if package:
            inside = self._places.listing(package)
            for file in ("__init__.py", "__init__.pyi"):
                if file in inside:
                    return os.path.join(package, file), package
        file = _stub_or_native(names, name) or (f"{name}.py" if f"{name}.py" in names else "")
        if file:
            return os.path.join(folder, file), ""
        return "", package if package and os.path.isdir(package) else ""

    def _has_stubs(self, sought: Sought) -> bool:
        stubs = f"{sought.parts[0]}-stubs"
        return any(stubs in self._places.listing(folder) for folder in sought.folders)

    def _holder(self, file: str, name: str, looked: dict[str, None]) -> Location | None:
        """Where a name is bound that a file has: there, or where an import of all takes it from.
        What was looked at is put into `looked`; what is in there is not looked at again."""
        looked[file] = None
        surface = self._surface(file)
        if name in surface.bound:
            return Location(file, name)
        perhaps: set[Location] = set()
        # Of several imports of all the last one counts.
        for star in reversed(surface.stars):
            source = self._imported_file(file, star.module, looked)
            if source is None or source in looked or not self._surface(source).gives(name):
                continue
            found = self._holder(source, name, looked) or self._submodule(source, name)
            if found is None:
                continue
            perhaps.add(found)
            if star.certain:
                break
        return perhaps.pop() if len(perhaps) == 1 else None

    def _imported_file(self, file: str, module: str, looked: dict[str, None]) -> str | None:
        """The source file of a module that another file imports; None where there is none."""
        known = self._imported.get((file, module))
        if known is None:
            known = self._imported[file, module] = self._find_imported(file, module)
        looked.update(dict.fromkeys(known[1]))
        return known[0]

    def _find_imported(self, file: str, module: str) -> tuple[str | None, list[str]]:
        folder = os.path.dirname(file)
        if not module.strip("."):
            # A package itself, by the dots that lead to it.
            for _ in module[1:]:
                folder = os.path.dirname(folder)
            folder, name = os.path.split(folder)
            module = f".{name}"
        sought = self._places.sought(folder, module)
        if sought is None:
            return None, []
        walk = self._walk(sought)
        return (None if walk.compiled or walk.rest else walk.file), walk.missed

    def _submodule(self, file: str, name: str) -> Location | None:
        """The module that an import of all from a package brings because `__all__` lists it."""
        folder, own = os.path.split(file)
        if self._surface(file).told is None or own.partition(".")[0] != "__init__":
            return None
        found, _ = self._module(folder, name)
        return Location(found, "") if found.endswith((".py", ".pyi")) else None

    def _binds_else(self, package: str, name: str, module: str) -> bool:
        """Whether the file of a package binds a name to something else than its `module`."""
        bound = self._surface(package).bound
        if name not in bound:
            return False
        imported = bound[name]
        return imported is None or self._imported_file(package, imported, {}) != module

    def _surface(self, file: str) -> Surface:
        surface = self._surfaces.get(file)
        if surface is None:
            tree = self._trees.of(file)
            surface = EMPTY if tree is None else surface_of(tree)
            if len(self._surfaces) >= _MOST_SURFACES:
                self._surfaces.clear()
                self._imported.clear()
            self._surfaces[file] = surface
        return surface


def _joined(holder: Location, rest: Sequence[str]) -> Location:
    return Location(holder.path, ".".join([*filter(None, [holder.qualified]), *rest]))


def _stub_or_native(names: frozenset[str], name: str) -> str:
    """The file of a compiled module, or of the stub beside it; Python looks for these first. A stub
    alone does too: it stands for what is compiled when the package is built."""
    native = next((name + suffix for suffix in _NATIVE if name + suffix in names), "")
    if f"{name}.pyi" in names and (native or f"{name}.py" not in names):
        return f"{name}.pyi"
    return native


def _absent_before(sought: Sought, file: str) -> Iterator[str]:
    """What would be found in place of `file` if it were made in the user's own folders."""
    for folder in sought.own:
        path = os.path.join(folder, sought.parts[0])
        if file == f"{path}.py" or file.startswith(os.path.join(path, "")):
            return
        yield f"{path}.py"
        yield f"{path}.pyi"
        yield os.path.join(path, "__init__.py")


def _package_for(file: str) -> Iterator[str]:
    """What would make a package of the module in `file`, and come before it."""
    stem = os.path.splitext(file)[0]
    if os.path.basename(stem) != "__init__":
        yield os.path.join(stem, "__init__.py")
