"""Which Leakwise is installed, with which rules, so that what another one found is not taken for
what this one finds."""

from __future__ import annotations

import os
import sys

from leakwise import __version__
from leakwise.sources.digests import blake2b

TYPE_CHECKING = False  # As `typing` has it, which takes long to load.
if TYPE_CHECKING:
    from collections.abc import Iterator

GROUP = "leakwise.rules"
"""The group of entry points that lead to rules."""

_OWN = ("leakwise", "leakwise_rules")
_INSTALLED = ("site-packages", "dist-packages")


def edition() -> str:
    """Stands for the version of Leakwise and Python, and for the rules that are installed, as they
    are when it is first asked for.

    What is installed counts by the digests that its installation has recorded, so that the same
    one is known on another machine and after another installation. What is being worked on, and
    what was changed since it was installed, counts by the times and sizes of its files.
    """
    if not _known:
        _known.append(_made())
    return _known[0]


_known: list[str] = []


def _made() -> str:
    key = blake2b(f"{__version__}\n{sys.version}".encode(), digest_size=8)
    installed: dict[str, int] = {}
    """By top-level module when it was installed, in nanoseconds."""
    for package in rule_packages():
        record = os.path.join(package.metadata, "RECORD")
        key.update(f"{package.metadata}\n".encode(errors="surrogateescape"))
        key.update(_content(record) or f"{_changed_at(package.metadata)}\n".encode())
        for module in package.modules:
            installed.setdefault(module, _changed_at(record))
    for module in sorted({*_OWN, *installed}):
        since = installed.get(module, 0)
        for folder in _folders(module):
            counts = any(one in folder.split(os.sep) for one in _INSTALLED)
            for line in _files(folder, since if counts else 0):
                key.update(line.encode(errors="surrogateescape"))
    return key.hexdigest()


class RulePackage:
    """A distribution that brings rules: the folder with its metadata, the top-level modules that
    its entry points are in, and what those for rules lead to, as `package.module` or
    `package.module:name`."""

    __slots__ = ("metadata", "modules", "rules")

    def __init__(self, metadata: str, modules: frozenset[str], rules: tuple[str, ...]) -> None:
        self.metadata = metadata
        self.modules = modules
        self.rules = rules


def rule_packages() -> Iterator[RulePackage]:
    """What is installed that has entry points of the group `leakwise.rules`; of several with one
    name the first on `sys.path`.

    The metadata is read here, and `importlib.metadata` left alone, which takes longer to load than
    a small check that knows its results. What it holds:
    https://packaging.python.org/en/latest/specifications/entry-points/
    """
    seen: set[str] = set()
    for folder in dict.fromkeys(sys.path):
        try:
            names = sorted(os.listdir(folder or "."))
        except OSError:
            continue
        for name in names:
            stem, ending = os.path.splitext(name)
            distribution = stem.partition("-")[0].lower().replace("_", "-").replace(".", "-")
            if ending not in (".dist-info", ".egg-info") or distribution in seen:
                continue
            metadata = os.path.join(folder, name)
            text = _content(os.path.join(metadata, "entry_points.txt"))
            if text is None or GROUP.encode() not in text:
                continue
            groups = _entry_points(text.decode("utf-8", "replace"))
            if GROUP in groups:
                seen.add(distribution)
                found = (
                    one.partition(":")[0].partition(".")[0]
                    for each in groups.values()
                    for one in each
                )
                yield RulePackage(metadata, frozenset(found), tuple(groups[GROUP]))


def _entry_points(text: str) -> dict[str, list[str]]:
    """What the entry points of each group lead to."""
    groups: dict[str, list[str]] = {}
    group: list[str] = []
    for line in map(str.strip, text.splitlines()):
        if line[:1] == "[" and line[-1:] == "]":
            group = groups.setdefault(line[1:-1].strip(), [])
        elif line[:1] not in ("", "#", ";"):
            # Behind a bracket stand extras, which mean nothing any more.
            group.append(line.partition("=")[2].partition("[")[0].replace(" ", ""))
    return {name: [one for one in found if one] for name, found in groups.items()}


def _folders(module: str) -> list[str]:
    """The folders that a top-level module is in, as `importlib.util.find_spec` would find it, which
    takes longer to load."""
    loaded = sys.modules.get(module)
    spec = None if loaded is None else loaded.__spec__
    try:
        for finder in sys.meta_path:
            spec = spec or finder.find_spec(module, None)
    except (ImportError, ValueError):
        return []
    if spec is None:
        return []
    found = list(spec.submodule_search_locations or ())
    return found or [os.path.dirname(spec.origin or "")]


def _files(folder: str, since: int) -> Iterator[str]:
    """How the sources below a folder look that changed after `since`, which is in nanoseconds."""
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.name.endswith(".py"):
                try:
                    found = entry.stat()
                except OSError:
                    continue
                if found.st_mtime_ns > since:
                    yield f"{entry.path}\n{found.st_mtime_ns}\n{found.st_size}\n"
            elif entry.name != "__pycache__" and entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
        return None


def _changed_at(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
