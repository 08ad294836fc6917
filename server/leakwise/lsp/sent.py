"""What a scan told of files that are not open: kept true while these files, what they rest on and
the settings change."""

import asyncio
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from leakwise.lsp.background import in_background
from leakwise.lsp.scanning import Scanned
from leakwise.lsp.workspace_files import listed
from leakwise.sources import path_to_uri, uri_to_path

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer

CALM_SECONDS = 0.5
"""How long is waited for further changes before the files are looked at again."""

_NOTHING = "[]"


class SentDiagnostics:
    """For clients that do not pull. Belongs to the event loop."""

    def __init__(self, ls: "LeakwiseServer") -> None:
        self._ls = ls
        self._told: dict[str, str] = {}
        """What the client was told, by the path of a file; of some which are open now."""
        self._scanned = False
        """Whether a scan told of any file, be it that it holds nothing."""
        self._changed: set[str] = set()
        """Where something changed that was not looked at yet: files, and folders."""
        self._looking: asyncio.Task[None] | None = None
        self._again = False

    def tell(self, one: Scanned) -> None:
        """Publishes what came of a file, unless it is open or the client knows."""
        self._scanned = True
        items = one.items if one.count else _NOTHING
        if self._ls.documents.has_path(one.path) or self._told.get(one.path, _NOTHING) == items:
            return
        if one.count:
            self._told[one.path] = items
        else:
            del self._told[one.path]
        self._ls.publish_ready(path_to_uri(Path(one.path)), None, items)

    def take_back(self, gone: Collection[Path]) -> None:
        """Publishes that nothing is known of files that are gone, or lie in folders that are."""
        for path in _below(map(str, gone), list(self._told)):
            self._forget(path)

    def closed(self, uri: str) -> None:
        """Tells of a document that was closed, of which nothing is shown any more, what its file
        holds; but only after a scan."""
        path = uri_to_path(uri)
        if path is not None:
            if str(path) in self._told:
                self._told[str(path)] = _NOTHING
            self.look_again([str(path)])

    def look_again(self, changed: Iterable[str] = ()) -> None:
        """Has those files checked again, soon, of which something was told and that may hold
        something else now, and besides those at the paths that changed, or in the folders there."""
        if not self._scanned:
            return
        self._changed.update(changed)
        self._again = True
        if self._looking is None or self._looking.done():
            self._looking = in_background(self._look())

    async def _look(self) -> None:
        while self._again:
            await asyncio.sleep(CALM_SECONDS)
            self._again = False
            changed, self._changed = self._changed, set()
            try:
                await self._check(changed)
            except BaseException:
                # Whoever looks next looks at them.
                self._changed |= changed
                raise

    async def _check(self, changed: Collection[str]) -> None:
        paths, order = await listed(self._ls)
        there = set(paths)
        for path in self._told.keys() - there:
            self._forget(path)
        wanted = [*((self._told.keys() | set(_below(changed, paths))) & there)]
        async with aclosing(self._ls.scans.scan(wanted, order)) as results:
            async for one in results:
                self.tell(one)

    def _forget(self, path: str) -> None:
        told = self._told.pop(path)
        if told != _NOTHING and not self._ls.documents.has_path(path):
            self._ls.publish_ready(path_to_uri(Path(path)), None, _NOTHING)


def _below(tops: Iterable[str], paths: Iterable[str]) -> list[str]:
    """Those of the paths that are among `tops`, or lie in folders that are: there may be very many
    of both."""
    known = set(tops)
    return [path for path in paths if path in known or not known.isdisjoint(_folders(path))]


def _folders(path: str) -> Iterator[str]:
    while (folder := os.path.dirname(path)) != path:
        yield folder
        path = folder
