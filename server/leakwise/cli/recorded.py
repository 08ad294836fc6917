"""Baseline files: which findings were there when they were recorded."""

import codecs
import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from leakwise.cli.fingerprints import fingerprint
from leakwise.cli.loading import CouldNotRun
from leakwise.cli.shown import CheckedFile
from leakwise.sources import UnreadableError, nearest_with, read_bytes
from leakwise.sources.folders import project_above

NAME = ".leakwise-baseline.json"
"""What a baseline is called where nobody names it."""
_FORMAT = 1


class Recorded(msgspec.Struct, frozen=True, order=True):
    """A finding in a baseline: the path of its file from the project's folder, with `/`, its rule's
    code, and its fingerprint."""

    path: str
    code: str
    fingerprint: str


class _Head(msgspec.Struct):
    version: int


class _File(msgspec.Struct):
    version: int
    findings: list[Recorded]


def read_baseline(file: Path) -> frozenset[Recorded]:
    """What a baseline has recorded.

    Raises:
        CouldNotRun: there is none, or it cannot be read as one.
    """
    if not os.path.exists(file):
        raise _wrong(file, "does not exist - record it with `leakwise baseline`")
    try:
        data = read_bytes(file).removeprefix(codecs.BOM_UTF8)
    except UnreadableError as error:
        raise _wrong(file, str(error)) from None
    try:
        version = msgspec.json.decode(data, type=_Head).version
        if version > _FORMAT:
            raise _wrong(file, "was recorded by a newer Leakwise - update this one")
        return frozenset(msgspec.json.decode(data, type=_File).findings)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        why = f"is damaged ({error})"
        if b"<<<<<<<" in data or b">>>>>>>" in data:
            why = "holds the marks of a merge conflict"
        remedy = "correct it, or delete it and record it again with `leakwise baseline`"
        raise _wrong(file, f"{why} - {remedy}") from None


def write_baseline(file: Path, findings: Iterable[Recorded]) -> None:
    """Makes a baseline of these findings, whole or not at all, or leaves one that is equal.

    Raises:
        CouldNotRun: it cannot be written.
    """
    from leakwise.sources.writing import UnwritableError, put_file

    # One line for each, so that versions of it can be compared and merged.
    lines = ",\n".join(f"    {msgspec.json.encode(one).decode()}" for one in sorted(set(findings)))
    listed = f"[\n{lines}\n  ]" if lines else "[]"
    content = f'{{\n  "version": {_FORMAT},\n  "findings": {listed}\n}}\n'
    try:
        put_file(file, content.encode(errors="backslashreplace"))
    except UnwritableError as error:
        raise CouldNotRun(f"{file} {error}.") from None


def findings_in(file: CheckedFile, root: str, path: str | None = None) -> list[Recorded]:
    """The findings of a file, in their order, as a baseline whose paths count from `root` would
    have them, were it called `path`, where that is given."""
    path = path or path_from(root, file.path)
    return [Recorded(path, one.code, fingerprint(one, path)) for one in file.findings]


def root_of(file: Path) -> str:
    """The folder from which the paths in a baseline count: that of the project it lies in, else of
    the project that the current folder lies in, else its own."""
    own = os.path.dirname(os.path.realpath(file))
    return project_above(own) or project_above(os.getcwd()) or own


def path_from(root: str, path: str) -> str:
    """The path of a file from `root`, with `/`."""
    folder, name = os.path.split(os.path.abspath(path))
    whole = os.path.join(os.path.realpath(folder), name)
    # It is given where the file is on another drive of Windows.
    with contextlib.suppress(ValueError):
        whole = os.path.relpath(whole, root)
    return whole.replace(os.sep, "/")


def nearest_baseline(start: str) -> Path | None:
    """The nearest file with the usual name, from the folder `start` upward; None where none is."""
    folder = nearest_with(os.path.abspath(start), NAME)
    return None if folder is None else Path(folder, NAME)


def _wrong(file: Path, why: str) -> CouldNotRun:
    return CouldNotRun(f"The baseline {file} {why}.")
