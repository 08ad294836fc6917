"""Which Leakwise it is, with which rules, so that what another one found is not taken for its."""

import os
import sys
from collections.abc import Iterator
from hashlib import blake2b
from importlib.util import find_spec

from leakwise import __version__
from leakwise.cli.cache.stamps import changed_at

_GROUP = "[leakwise.rules]"
_INSTALLED = ("site-packages", "dist-packages")


def version_key() -> str:
    """Stands for the version of Leakwise and Python, and for the rules that are installed.

    What is installed counts by its version and the time of its installation, what is being worked
    on by its files.
    """
    key = blake2b(f"{__version__}\n{sys.version}".encode(), digest_size=8)
    packages = {"leakwise", "leakwise_rules"}
    for folder in sys.path:
        for metadata, entry_points in _rule_packages(folder):
            key.update(f"{metadata}\n{changed_at(metadata)}\n".encode(errors="surrogateescape"))
            packages |= _modules(entry_points)
    for package in sorted(packages):
        for folder in _folders(package):
            if not any(one in folder.split(os.sep) for one in _INSTALLED):
                for line in _files(folder):
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
            try:
                with open(os.path.join(metadata, "entry_points.txt"), encoding="utf-8") as stream:
                    text = stream.read()
            except (OSError, ValueError):
                continue
            if _GROUP in text:
                yield metadata, text


def _modules(entry_points: str) -> set[str]:
    """The top-level modules that rules are loaded from."""
    own = entry_points.partition(_GROUP)[2].partition("\n[")[0]
    values = (line.partition("=")[2].strip() for line in own.splitlines())
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


def _files(folder: str) -> Iterator[str]:
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.name.endswith(".py"):
                found = entry.stat()
                yield f"{entry.path}\n{found.st_mtime_ns}\n{found.st_size}\n"
            elif entry.name != "__pycache__" and entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
