"""Where imports look, as seen from a folder of a workspace."""

import keyword
import os
from collections.abc import Sequence
from dataclasses import dataclass

from leakwise.sources import is_in

_Listing = frozenset[str]


@dataclass(frozen=True, slots=True)
class Sought:
    """The parts of an absolute dotted name, and the folders in which it is looked for in order:
    first those with the user's own code, then those of the environments."""

    parts: tuple[str, ...]
    own: tuple[str, ...]
    installed: tuple[str, ...]

    @property
    def folders(self) -> tuple[str, ...]:
        """All the folders."""
        return tuple(dict.fromkeys((*self.own, *self.installed)))


class Places:
    """Knows the folders of a workspace. What folders list is remembered until `refresh`."""

    def __init__(self, roots: Sequence[str], search_path: Sequence[str]) -> None:
        self._roots = [os.path.abspath(root) for root in roots]
        self._installed = tuple(search_path)
        self._listings: dict[str, _Listing] = {}
        self._own: dict[str, tuple[str, ...]] = {}

    def refresh(self) -> None:
        """Takes note that files were made or are gone."""
        self._listings.clear()
        self._own.clear()

    def listing(self, folder: str) -> _Listing:
        """The names in a folder; none where it is no folder, or cannot be read."""
        known = self._listings.get(folder)
        if known is None:
            try:
                known = frozenset(os.listdir(folder))
            except (OSError, ValueError):
                known = frozenset()
            self._listings[folder] = known
        return known

    def sought(self, folder: str, name: str) -> Sought | None:
        """What a file in `folder` means by `name`, which begins with a dot for each level of a
        relative import; None where it is no name."""
        parts = tuple(name.lstrip(".").split("."))
        level = len(name) - len(name.lstrip("."))
        if not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
            return None
        own = self._own.get(folder)
        if own is None:
            own = self._own[folder] = tuple(self._own_folders(folder))
        if level:
            for _ in range(level - 1):
                folder = os.path.dirname(folder)
            top, package = self._package_of(folder, own)
            return Sought((*package, *parts), (top, *own), self._installed)
        return Sought(parts, own, self._installed)

    def marks(self, folder: str) -> list[str]:
        """The files that say, by being there, in which folders a file in `folder` finds what it
        imports: those that make packages of the folder and those above it."""
        root = max((root for root in self._roots if is_in(folder, root)), key=len, default=folder)
        found = [os.path.join(folder, "__init__.py")]
        while folder != root and is_in(os.path.dirname(folder), root):
            folder = os.path.dirname(folder)
            found.append(os.path.join(folder, "__init__.py"))
        return found

    def _own_folders(self, folder: str) -> list[str]:
        """The folders of user code in which a file in `folder` finds what it imports, the likeliest
        first: beside it, and those above it with their `src` up to the workspace's. In a package,
        Python looks above; beside it only where the file is run as a script."""
        root = max((root for root in self._roots if is_in(folder, root)), key=len, default=folder)
        above: list[str] = []
        packages: list[str] = []
        while True:
            names = self.listing(folder)
            if "__init__.py" in names:
                packages.append(folder)
            else:
                above.append(folder)
                if "src" in names:
                    above.append(os.path.join(folder, "src"))
            if not is_in(os.path.dirname(folder), root):
                break
            folder = os.path.dirname(folder)
        if "__init__.py" in self.listing(folder):
            # The workspace itself is a package.
            above.append(os.path.dirname(folder))
        others = [one for root in self._roots for one in (root, os.path.join(root, "src"))]
        return list(dict.fromkeys([*above, *packages, *others]))

    def _package_of(self, folder: str, own: Sequence[str]) -> tuple[str, list[str]]:
        """The folder in which the package that `folder` is begins, and its dotted name there."""
        names: list[str] = []
        top = folder
        while "__init__.py" in self.listing(top) and os.path.dirname(top) != top:
            names.insert(0, os.path.basename(top))
            top = os.path.dirname(top)
        if not names:
            # Without `__init__.py` a package begins nowhere in particular.
            above = [one for one in own if one != folder and is_in(folder, one)]
            top = max(above, key=len, default=os.path.dirname(folder))
            names = os.path.relpath(folder, top).split(os.sep)
        return top, names
