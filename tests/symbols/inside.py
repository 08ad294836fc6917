"""Answers questions about small projects in this process, without a worker."""

import os
import textwrap
from collections.abc import Mapping
from pathlib import Path

from leakwise.facts.symbols.answering import Answering
from leakwise.facts.symbols.questions import Location
from leakwise.facts.symbols.trails import Located
from leakwise.sources import Disk, Overlay, python_files


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """The folder, after each file was written into it by its relative path."""
    for name, code in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(code).lstrip("\n"), encoding="utf-8")
    return folder


def answering(root: Path, overlay: Overlay | None = None) -> Answering:
    """Answers about the files in `root`, whose modules are imported from there."""
    sources = Overlay(Disk()) if overlay is None else overlay
    return Answering(
        lambda folder, name: _located(str(root), folder, name),
        sources,
        lambda: python_files([root]),
    )


def _located(root: str, folder: str, name: str) -> Located:
    level = len(name) - len(name.lstrip("."))
    base = folder if level else root
    for _ in range(level - 1):
        base = os.path.dirname(base)
    parts = [part for part in name.lstrip(".").split(".") if part]
    for count in range(len(parts), -1, -1):
        stem = os.path.join(base, *parts[:count])
        for path in (f"{stem}.py", os.path.join(stem, "__init__.py")):
            if os.path.isfile(path):
                return Located(Location(path, ".".join(parts[count:])), (path,))
    return Located(None, (base,))
