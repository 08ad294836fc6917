"""Fixes, built beside the analysis: libcst takes its time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leakwise.lsp.beside import beside
from leakwise.lsp.views import View
from leakwise.text import Document, Edit

if TYPE_CHECKING:
    from leakwise.fixing import Fix
    from leakwise.rule import Finding


async def fixes_of(findings: "Sequence[Finding]", document: Document) -> "list[list[Fix]]":
    """The fixes of each finding, which must be findings of this version."""

    def build() -> "list[list[Fix]]":
        from leakwise.engine import fixes_for  # It is loaded wherever there are findings.

        return [list(fixes_for(finding, document)) for finding in findings]

    return await beside(build)


async def all_fixed(view: View, code: str | None) -> list[tuple[Document, list[Edit]]]:
    """The edits of each part that make all safe fixes, or those of the rule with this code; unsafe
    ones too where the settings say so."""

    def fix() -> list[tuple[Document, list[Edit]]]:
        from leakwise.engine.fix_all import fix_all
        from leakwise.text.differences import edits_to

        document, settings = view.document, view.settings
        after = fix_all(
            document,
            code=code,
            unsafe=settings is not None and settings.settings.unsafe_fixes,
            outside=view.outside,
            settings=settings,
        ).document
        parts = zip(document.parts(), after.parts(), strict=True)
        return [(old, edits_to(old, new.text)) for old, new in parts if old is not new]

    return await beside(fix)
