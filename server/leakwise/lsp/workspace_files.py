"""Scans of the workspace: which files, as which settings say, and how far it is."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

from leakwise.lsp.beside import beside
from leakwise.lsp.progress import Progress
from leakwise.lsp.scanning import Order, Scanned
from leakwise.lsp.settings import WorkspaceSettings

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


async def listed(ls: "LeakwiseServer") -> tuple[list[str], Order]:
    """The files of the workspace's folders, and what those must know who check them."""
    edition = ls.scans.edition
    settings = WorkspaceSettings()
    settings.roots = ls.roots
    settings.options = ls.options
    found = await beside(lambda: [str(path) for path in settings.files()])
    order = Order(settings.roots, settings.options, settings.told(), ls.client, edition)
    return found, order


async def scanned(ls: "LeakwiseServer", progress: Progress) -> AsyncGenerator[Scanned, None]:
    """What came of each file of the workspace's folders that is not open; ends early when the user
    cancels."""
    progress.begin("Leakwise checks the workspace")
    done = count = 0
    found: list[str] = []
    try:
        found, order = await listed(ls)
        ls.scans.keep_only(found)
        async with aclosing(ls.scans.scan(found, order)) as results:
            async for one in results:
                done += 1
                count += one.count
                progress.report(done, len(found))
                # It may have been opened while it was checked.
                if not ls.documents.has_path(one.path):
                    yield one
                if progress.cancelled:
                    return
    finally:
        progress.end(f"{count} findings in {done} of {len(found)} files")
