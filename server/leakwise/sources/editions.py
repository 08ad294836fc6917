"""Which Leakwise is installed, with which rules, so that what another one found is not taken for
what this one finds."""

import os
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec

from leakwise import __version__

_GROUP = "[leakwise.rules]"
_OWN = ("leakwise", "leakwise_rules")
_INSTALLED = ("site-packages", "dist-packages")


@cache
def edition() -> str:
    """Stands for the version of Leakwise and Python, and for the rules that are installed, as they
    are when it is first asked for.

    What is installed counts by the digests that its installation has recorded, so that the same
    one is known on another machine and after another installation. What is being worked on, and
    what was changed since it was installed, counts by the times and sizes of its files.
    """
    key = blake2b(f"{__version__}\n{sys.version}".encode(), digest_size=8)
    installed: dict[str, int] = {}
    """By top-level module when it was installed, in nanoseconds."""
    for folder in sys.path:
        for metadata, entry_points in _rule_packages(folder):
            record = os.path.join(metadata, "RECORD")
            key.update(f"{metadata}\n".encode(errors="surrogateescape"))
            key.update(_content(record) or f"{_changed_at(metadata)}\n".encode())
            for module in _modules(entry_points):
                installed.setdefault(module, _changed_at(record))
    for package in sorted({*_OWN, *installed}):
        since = installed.get(package, 0)
        for folder in _folders(package):
            counts = any(one in folder.split(os.sep) for one in _INSTALLED)
            for line in _files(folder, since if counts else 0):
                key.update(line.encode(errors="surrogateescape"))
    return key.hexdigest()


def _rule_packages(folder: str) -> Iterator[tuple[str, str]]:
    """The folders with the metadata of what brings rules, and its entry points."""
    try:
        names = sorted(os.listdir(folder or "."))
    except OSError:
        return
    for name in names:
        if name.endswith((".dist-info", ".egg-info")):
            metadata = os.path.join(folder, name)
            entry_points = _content(os.path.join(metadata, "entry_points.txt"))
            if entry_points is not None and _GROUP.encode() in entry_points:
                yield metadata, entry_points.decode("utf-8", "replace")


def _modules(entry_points: str) -> set[str]:
    """The top-level modules that something is loaded from."""
    values = (line.partition("=")[2].strip() for line in entry_points.splitlines())
    return {value.partition(":")[0].partition(".")[0] for value in values if value}


def _folders(package: str) -> list[str]:
    try:
        spec = find_spec(package)
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
