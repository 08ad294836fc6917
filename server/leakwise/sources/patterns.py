"""Patterns of paths as settings write them, in the form of `.gitignore`."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leakwise.sources.ignoring import IgnorePattern, ignore_patterns

_SPECIAL = frozenset("*?[]\\!")


class PathPatterns:
    """Patterns that count from a folder each: one without a slash fits a name at any depth, one
    with a slash a path below its folder. The last that fits decides, `!` takes back."""

    def __init__(self, patterns: Iterable[tuple[str, str]] = ()) -> None:
        """`patterns` are pairs of a folder's absolute path and a pattern."""
        self._patterns: list[tuple[str, IgnorePattern]] = []
        # Names and endings, which most patterns are, need no expression.
        self._names: set[str] = set()
        self._endings: tuple[str, ...] = ()
        plain = True
        for folder, glob in patterns:
            prefix = os.path.join(folder, "")
            glob = _below(glob, prefix)
            plain = plain and not glob.startswith("!")
            if plain and not _SPECIAL & set(glob) and "/" not in glob:
                self._names.add(glob)
            elif plain and glob[:1] == "*" and not _SPECIAL & set(glob[1:]) and "/" not in glob:
                self._endings += (glob[1:],)
            else:
                self._patterns += ((prefix, one) for one in ignore_patterns([glob]))

    def fits(self, path: str, is_folder: bool) -> bool:
        """Whether a pattern fits the absolute path itself."""
        name = os.path.basename(path)
        for prefix, pattern in reversed(self._patterns):
            if pattern.folders_only and not is_folder:
                continue
            if pattern.anchored:
                if not path.startswith(prefix):
                    continue
                held = path[len(prefix) :].replace(os.sep, "/")
            else:
                held = name
            if pattern.regex.fullmatch(held):
                return pattern.leaves_out
        return name in self._names or (bool(self._endings) and name.endswith(self._endings))

    def covers(self, path: str, top: str) -> bool:
        """Whether a pattern fits the absolute path of a file, or a folder above it that lies below
        the folder `top`."""
        if self.fits(path, False):
            return True
        above = os.path.join(top, "")
        folder = os.path.dirname(path)
        # The root of the disk ends in a separator itself, and is the folder above it.
        while folder != top and folder.startswith(above):
            if self.fits(folder, True):
                return True
            folder = os.path.dirname(folder)
        return False


def is_pattern(glob: str) -> bool:
    """Whether a pattern can be read; git fits others to nothing."""
    return bool(ignore_patterns([glob]))


def _below(glob: str, prefix: str) -> str:
    """A pattern as it counts from its folder, however it was written."""
    taken_back = glob.startswith("!")
    glob = glob.removeprefix("!").replace(os.sep, "/")
    whole = prefix.replace(os.sep, "/")
    if whole and glob.startswith(whole):
        glob = "/" + glob[len(whole) :]
    elif glob.startswith("./"):
        glob = glob[1:]
    return f"!{glob}" if taken_back else glob


@dataclass(frozen=True, slots=True)
class FileChoice:
    """Which entries of a folder are taken when it is walked."""

    include: PathPatterns
    exclude: PathPatterns
    respect_gitignore: bool = True

    def takes(self, path: str) -> bool:
        """Whether a file is to be checked."""
        return self.include.fits(path, False) and not self.exclude.fits(path, False)

    def enters(self, path: str) -> bool:
        """Whether a folder is to be searched."""
        return not self.exclude.fits(path, True)


def choice(include: Sequence[str], exclude: Sequence[str]) -> FileChoice:
    """A choice by patterns that fit names."""
    return FileChoice(
        PathPatterns(("", one) for one in include), PathPatterns(("", one) for one in exclude)
    )
