"""What `.gitignore` files leave out, by git's rules.

Folders are judged as they are met on the way down, as git does, so that a pattern need only be
held against the entry itself: libraries that match whole paths misjudge `*`, `!*/`, `!*.py`.
"""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

IGNORING = ".gitignore"
EXCLUDING = os.path.join(".git", "info", "exclude")
"""What says for a whole repository what is left out."""


@dataclass(frozen=True, slots=True)
class IgnorePattern:
    """One line of a `.gitignore` file; `anchored` patterns are held against the path below the
    file's folder, others against the name alone."""

    regex: re.Pattern[str]
    anchored: bool
    folders_only: bool
    leaves_out: bool


@dataclass(frozen=True, slots=True)
class IgnoreFile:
    """The patterns of one file, for absolute paths that begin with `prefix`; the last that fits
    decides."""

    prefix: str
    patterns: tuple[IgnorePattern, ...]

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """Whether `path` is left out; None when no pattern fits it."""
        below = path[len(self.prefix) :].replace(os.sep, "/")
        name = below.rpartition("/")[2]
        for pattern in reversed(self.patterns):
            if pattern.folders_only and not is_folder:
                continue
            if pattern.regex.fullmatch(below if pattern.anchored else name):
                return pattern.leaves_out
        return None


def ignored(path: str, is_folder: bool, files: Sequence[IgnoreFile]) -> bool:
    """Whether the absolute `path` is left out by `files`, which go from the outermost in; the
    innermost that has a verdict decides."""
    for file in reversed(files):
        verdict = file.verdict(path, is_folder)
        if verdict is not None:
            return verdict
    return False


def ignore_files_above(root: Path) -> tuple[IgnoreFile, ...]:
    """The ignore files of `root`'s repository that lie outside `root`, the outermost first.

    None when they leave `root` itself out: who asks for an ignored folder wants what is in it.
    """
    folders = folders_to_repository(root)
    top = Path(folders[-1])
    if not os.path.exists(top / ".git"):
        return ()
    found = [*read_ignore_file(top / EXCLUDING, top)]
    for folder, entry in zip(folders[:0:-1], folders[-2::-1], strict=True):
        found.extend(read_ignore_file(Path(folder) / IGNORING, Path(folder)))
        if ignored(entry, True, found):
            return ()
    return tuple(found)


def folders_to_repository(root: Path) -> list[str]:
    """The folders from `root` upward to the top of its repository; all, where it is in none."""
    folders = [os.path.abspath(root)]  # `resolve` would follow links
    while not os.path.exists(os.path.join(folders[-1], ".git")):
        parent = os.path.dirname(folders[-1])
        if parent == folders[-1]:
            break
        folders.append(parent)
    return folders


def read_ignore_file(path: Path, folder: Path) -> tuple[IgnoreFile, ...]:
    """The ignore file at `path` as it counts for `folder`; empty when there is nothing in it."""
    try:
        text = path.read_text("utf-8-sig", "surrogateescape")
    except OSError:
        return ()
    patterns = ignore_patterns(text.split("\n"))
    prefix = os.path.join(os.path.abspath(folder), "")
    return (IgnoreFile(prefix, patterns),) if patterns else ()


def ignore_patterns(lines: Iterable[str]) -> tuple[IgnorePattern, ...]:
    """The patterns of a `.gitignore` file's lines; comments and what git refuses are dropped."""
    found = (_pattern(line.removesuffix("\r")) for line in lines)
    return tuple(pattern for pattern in found if pattern is not None)


def _pattern(line: str) -> IgnorePattern | None:
    glob = line.rstrip(" ")
    # An escaped space at the end belongs to the name.
    if glob != line and (len(glob) - len(glob.rstrip("\\"))) % 2:
        glob += " "
    leaves_out = not glob.startswith("!")
    glob = glob.removeprefix("!")
    if not glob or line.startswith("#"):
        return None
    folders_only = glob.endswith("/")
    glob = glob.removesuffix("/")
    anchored = "/" in glob
    try:
        regex = re.compile(_translate(glob.removeprefix("/")), re.DOTALL)
    except (re.error, IndexError, KeyError, ValueError):
        # Such as a class never closed: git fits it to nothing.
        return None
    return IgnorePattern(regex, anchored, folders_only, leaves_out)


_POSIX = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}


def _translate(glob: str) -> str:
    """The regular expression for a glob; raises IndexError where the glob ends too early."""
    parts: list[str] = []
    at = 0
    while at < len(glob):
        char = glob[at]
        at += 1
        if char == "*":
            stars = at - 1
            while at < len(glob) and glob[at] == "*":
                at += 1
            whole = at - stars > 1 and (stars == 0 or glob[stars - 1] == "/")
            if whole and at == len(glob):
                parts.append(".*" if stars == 0 else ".+")
            elif whole and glob[at] == "/":
                parts.append("(?:.*/)?")
                at += 1
            else:
                parts.append("[^/]*")
        elif char == "?":
            parts.append("[^/]")
        elif char == "[":
            piece, at = _class(glob, at)
            parts.append(piece)
        elif char == "\\":
            parts.append(re.escape(glob[at]))
            at += 1
        else:
            parts.append(re.escape(char))
    return "".join(parts)


def _class(glob: str, at: int) -> tuple[str, int]:
    """The regular expression for the class that opens before `at`, and where it ends."""
    negated = glob[at] in "!^"
    at += negated
    pieces: list[str] = []
    first = True
    while first or glob[at] != "]":
        first = False
        if glob.startswith("[:", at):
            end = glob.index(":]", at)
            pieces.append(_POSIX[glob[at + 2 : end]])
            at = end + 2
            continue
        low, at = _member(glob, at)
        if glob[at] == "-" and glob[at + 1] != "]":
            high, at = _member(glob, at + 1)
            if low <= high:
                pieces.append(f"{re.escape(low)}-{re.escape(high)}")
        else:
            pieces.append(re.escape(low))
    inside = "".join(pieces)
    if not inside:
        return ("[^/]" if negated else "(?!)"), at + 1
    return (f"[^/{inside}]" if negated else f"(?!/)[{inside}]"), at + 1


def _member(glob: str, at: int) -> tuple[str, int]:
    return (glob[at + 1], at + 2) if glob[at] == "\\" else (glob[at], at + 1)
