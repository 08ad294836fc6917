"""Questions to an analysis that several features ask; they run on the analysis thread."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakwise.text import Document

if TYPE_CHECKING:
    from leakwise.engine import Analysis
    from leakwise.engine.settings import DocumentSettings
    from leakwise.facts.externals import Outside
    from leakwise.rule import Finding


@dataclass(frozen=True, slots=True)
class View:
    """One version of a document: its findings, and what was known of other files for them."""

    document: Document
    findings: "list[Finding]"
    outside: "Outside"
    settings: "DocumentSettings | None"


def findings_of(analysis: "Analysis") -> "tuple[Document, list[Finding]]":
    """The newest version with its findings."""
    return analysis.document, analysis.findings()


def view_of(analysis: "Analysis") -> View:
    """All that code actions rest on, to be read in any thread."""
    findings = analysis.findings()
    return View(analysis.document, findings, analysis.answers().get, analysis.settings)
