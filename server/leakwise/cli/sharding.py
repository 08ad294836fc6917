"""Checks that are divided among several machines: which files are whose part."""

import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `total` parts, which are numbered from 1."""

    number: int
    total: int

    def of(self, paths: Sequence[str], folders: Sequence[str]) -> list[str]:
        """Those of `paths` that belong to this part, in their order; each belongs to just one.

        What decides is a file's path in its project, the innermost of `folders` that it lies in:
        it is the same on every machine, and other files do not matter.
        """
        deepest_first = sorted(map(Path, folders), key=lambda one: len(one.parts), reverse=True)
        return [path for path in paths if self._takes(_inside(path, deepest_first))]

    def _takes(self, path: str) -> bool:
        if self.total == 1:
            return True
        import hashlib

        name = unicodedata.normalize("NFC", path).encode(errors="surrogatepass")
        digest = hashlib.sha256(name).digest()
        return int.from_bytes(digest[:8], "big") % self.total == self.number - 1


def _inside(path: str, folders: Sequence[Path]) -> str:
    whole = Path(os.path.abspath(path))
    for folder in folders:
        if whole.is_relative_to(folder):
            return whole.relative_to(folder).as_posix()
    return whole.as_posix()


class _ShardType(click.ParamType[Shard]):
    name = "shard"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Shard:
        if isinstance(value, Shard):
            return value
        number, _, total = str(value).partition("/")
        if not (_is_count(number) and _is_count(total) and 1 <= int(number) <= int(total)):
            self.fail(f"{value!r} is no part: write 1/4, 2/4, 3/4 and 4/4 for four parts.")
        return Shard(int(number), int(total))


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


shard_option = click.option(
    "--shard",
    type=_ShardType(),
    metavar="K/N",
    help="Check the K-th of N parts of the files only; `leakwise merge-sarif` joins the findings.",
)
"""The option that divides a check; its value is a `Shard`, or None for all files."""
