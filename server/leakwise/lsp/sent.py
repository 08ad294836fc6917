"""What a scan told of files that are not open: kept true while these files, what they rest on and
the settings change."""

import asyncio
from collections.abc import Collection, Iterable
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
        self._changed: set[str] = set()
        self._looking: asyncio.Task[None] | None = None
        self._again = False

    def tell(self, one: Scanned) -> None:
        """Publishes what came of a file, unless it is open or the client knows."""
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
        for path in list(self._told):
            if any(Path(path).is_relative_to(one) for one in gone):
                self._forget(path)

    def closed(self, uri: str) -> None:
        """Tells of a document that was closed, of which nothing is shown any more, what its file
        holds; but only if a scan told of it before."""
        path = uri_to_path(uri)
        if path is not None and str(path) in self._told:
            self._told[str(path)] = _NOTHING
            self.look_again([str(path)])

    def look_again(self, changed: Iterable[str] = ()) -> None:
        """Has those files checked again, soon, of which something was told and that may hold
        something else now, and besides those at the paths that changed."""
        if not self._told:
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
            paths, order = await listed(self._ls)
            there = set(paths)
            for path in self._told.keys() - there:
                self._forget(path)
            wanted = [*((self._told.keys() | changed) & there)]
            async with aclosing(self._ls.scans.scan(wanted, order)) as results:
                async for one in results:
                    self.tell(one)

    def _forget(self, path: str) -> None:
        told = self._told.pop(path)
        if told != _NOTHING and not self._ls.documents.has_path(path):
            self._ls.publish_ready(path_to_uri(Path(path)), None, _NOTHING)
