"""Questions to an analysis that several features ask; they run on the analysis thread."""

from typing import TYPE_CHECKING

from leakwise.text import Document

if TYPE_CHECKING:
    from leakwise.engine import Analysis
    from leakwise.rule import Finding


def findings_of(analysis: "Analysis") -> "tuple[Document, list[Finding]]":
    """The newest version with its findings."""
    return analysis.document, analysis.findings()
