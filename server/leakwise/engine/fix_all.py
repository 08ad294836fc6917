"""Applying the fixes of all findings of a document until nothing is left to fix."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leakwise.engine.analysis import analyze
from leakwise.engine.fixes import fixes_for, keeps_parsing
from leakwise.rule import Applicability, Finding, Fix, Rule
from leakwise.text import Document, Edit, EditError, edited


@dataclass(frozen=True, slots=True)
class FixAllResult:
    """A document after its fixes, with the version that it had, and how many were applied."""

    document: Document
    applied: int

    @property
    def text(self) -> str:
        """The document's text."""
        return self.document.text


def fix_all(
    document: Document, rules: Sequence[Rule] | None = None, *, unsafe: bool = False
) -> FixAllResult:
    """Applies each finding's first fix that is allowed, round by round, as edits of one round may
    overlap and fixed code may show what it hid.

    Only safe fixes are allowed unless `unsafe`. A change after which the document no longer
    parses, or which does not take away a finding for each fix, is not made.
    """
    applied = 0
    findings = analyze(document, rules)
    # Each step leaves fewer findings, so there is a last one.
    while step := _step(document, findings, _allowed(findings, document, unsafe), rules):
        document, findings, count = step
        applied += count
    return FixAllResult(document, applied)


def _step(
    document: Document,
    findings: list[Finding],
    chosen: list[Fix],
    rules: Sequence[Rule] | None,
) -> tuple[Document, list[Finding], int] | None:
    """The document after as many of the fixes as go together, else after the first that can be
    made alone, its findings, and the number of fixes made; None when there is none."""
    for group in (_compatible(document, chosen), *([fix] for fix in chosen)):
        if not group:
            continue
        changed = edited(document, _edits(group))
        if changed.text == document.text or not keeps_parsing(document, changed):
            continue
        left = analyze(changed, rules)
        if len(left) + len(group) <= len(findings):
            return changed, left, len(group)
    return None


def _allowed(findings: Iterable[Finding], document: Document, unsafe: bool) -> list[Fix]:
    chosen: dict[Fix, None] = {}
    for finding in findings:
        for fix in fixes_for(finding, document):
            if unsafe or fix.applicability is Applicability.SAFE:
                chosen[fix] = None
                break
    return list(chosen)


def _compatible(document: Document, fixes: Iterable[Fix]) -> list[Fix]:
    """The fixes, in their order, without those that overlap one before."""
    group: list[Fix] = []
    for fix in fixes:
        try:
            edited(document, _edits([*group, fix]))
        except EditError:
            continue
        group.append(fix)
    return group


def _edits(fixes: Iterable[Fix]) -> list[Edit]:
    return [edit for fix in fixes for edit in fix.edits]
