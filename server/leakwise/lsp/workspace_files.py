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


async def scanned(ls: "LeakwiseServer", progress: Progress) -> AsyncGenerator[Scanned, None]:
    """What came of each file of the workspace's folders that is not open; ends early when the user
    cancels."""
    settings = WorkspaceSettings()
    settings.roots = ls.roots
    settings.options = ls.scheduler.settings.options
    progress.begin("Leakwise checks the workspace")
    found = await beside(lambda: [str(path) for path in settings.files()])
    opened = {document.uri for document in ls.documents.all()}
    done = 0
    count = 0
    try:
        order = Order(ls.roots, settings.options, settings.told(), ls.client)
        async with aclosing(ls.scans.scan(found, order)) as results:
            async for one in results:
                done += 1
                count += one.count
                progress.report(done, len(found))
                if _uri(one) not in opened:
                    yield one
                if progress.cancelled:
                    return
    finally:
        progress.end(f"{count} findings in {done} of {len(found)} files")


def _uri(one: Scanned) -> str:
    from pathlib import Path

    from leakwise.sources import path_to_uri

    return path_to_uri(Path(one.path))
