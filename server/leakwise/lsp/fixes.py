"""Fixes, built in a thread of their own: libcst takes its time, and typing is analysed on."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from leakwise.text import Document

if TYPE_CHECKING:
    from leakwise.fixing import Fix
    from leakwise.rule import Finding


async def fixes_of(findings: "Sequence[Finding]", document: Document) -> "list[list[Fix]]":
    """The fixes of each finding, which must be findings of this version."""
    return await asyncio.to_thread(_fixes, findings, document)


def _fixes(findings: "Sequence[Finding]", document: Document) -> "list[list[Fix]]":
    from leakwise.engine import fixes_for  # It is loaded wherever there are findings.

    return [list(fixes_for(finding, document)) for finding in findings]
