"""Trees of a given size, cut from pinned packages of real training code."""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.check import Folder
from tests.realcode import pinned

LISTS = Path(pinned.__file__).parent


class NotEnough(Exception):
    """The packages hold fewer lines than a tree was to have."""


def trees(sizes: list[int], home: Path, cache: Path) -> Iterator[Folder]:
    """A tree of each of `sizes`, in lines and in ascending order; each holds the ones before.

    The packages come in an order that is drawn, always the same, so that no tree has those of one
    letter alone. The last one in a tree is cut behind the file that fills it.

    Raises:
        NotEnough, pinned.Unreachable or pinned.WrongHash.
    """
    files = _files(cache)
    tree = home / "tree"
    tree.mkdir()
    (tree / "pyproject.toml").write_text('[project]\nname = "tree"\nversion = "1"\n')
    count = lines = 0
    for size in sorted(sizes):
        while lines < size:
            try:
                name, source = next(files)
            except StopIteration:
                raise NotEnough(f"the packages have {lines:,} lines, not {size:,}") from None
            target = tree / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            count += 1
            lines += source.read_bytes().count(b"\n")
        yield Folder(f"{size:,} lines", tree, count, lines)


def _files(cache: Path) -> Iterator[tuple[str, Path]]:
    """The files of all packages, each with its path in a tree."""
    packages = pinned.pinned(LISTS)
    random.Random(1).shuffle(packages)
    for package in packages:
        folder = pinned.unpacked(package, cache)
        for file in sorted(folder.rglob("*.py")):
            if file.is_file():
                yield os.path.join(package.name, file.relative_to(folder)), file
