"""The code of rules' examples as documents, and what is found in them."""

import textwrap
from collections.abc import Iterable

from leakwise.engine import analyze, fixes_for
from leakwise.rule import Finding, Fix, Rule
from leakwise.text import Document, Edit, apply_edits

MARK = "  # leak"


def document(code: str) -> Document:
    """An example's code as a file's text."""
    return Document.from_text("file:///example.py", textwrap.dedent(code).strip("\n") + "\n")


def unmarked(code: str) -> Document:
    """An example's code without its marks."""
    return document(code.replace(MARK, ""))


def marked_lines(code: str) -> list[int]:
    """The lines of an example that must be reported."""
    return [n for n, line in enumerate(document(code).lines) if line.rstrip().endswith(MARK)]


def lines(findings: Iterable[Finding]) -> list[int]:
    """The lines that findings begin on."""
    return [finding.range.start.line for finding in findings]


def seen(finding: Finding, shift: int = 0) -> tuple[object, ...]:
    """All that a user sees of a finding, as if it stood `shift` lines higher."""
    places = [(finding.range, ""), *((one.range, one.message) for one in finding.related)]
    return (
        finding.rule.code,
        finding.message,
        finding.severity,
        finding.certainty,
        [
            (
                one.start.line - shift,
                one.start.column,
                one.end.line - shift,
                one.end.column,
                message,
            )
            for one, message in places
        ],
    )


def preferred(findings: Iterable[Finding], doc: Document) -> list[Fix]:
    """The first fix of each finding that has one."""
    return [fixes[0] for finding in findings if (fixes := fixes_for(finding, doc))]


def repaired(rule: Rule, doc: Document) -> str:
    """The text after the first fix of every finding of one rule."""
    edits: list[Edit] = []
    for fix in preferred(analyze(doc, [rule]), doc):
        edits.extend(fix.edits)
    return apply_edits(doc, edits)
