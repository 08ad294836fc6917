"""Fixes, built in a thread of their own: libcst takes its time, and typing is analysed on."""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from leakwise.text import Document

if TYPE_CHECKING:
    from leakwise.fixing import Fix
    from leakwise.rule import Finding


async def fixes_of(findings: "Sequence[Finding]", document: Document) -> "list[list[Fix]]":
    """The fixes of each finding, which must be findings of this version."""
    built: Future[list[list[Fix]]] = Future()
    # Not asyncio's pool: the exit would wait for a fix that never gets done.
    threading.Thread(target=_build, args=(findings, document, built), daemon=True).start()
    return await asyncio.wrap_future(built)


def _build(
    findings: "Sequence[Finding]", document: Document, built: "Future[list[list[Fix]]]"
) -> None:
    from leakwise.engine import fixes_for  # It is loaded wherever there are findings.

    if not built.set_running_or_notify_cancel():
        return
    try:
        built.set_result([list(fixes_for(finding, document)) for finding in findings])
    except Exception as error:
        built.set_exception(error)
