"""Applying the fixes of all findings of a document until nothing is left to fix."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from leakwise.engine.analysis import analyze
from leakwise.engine.fixes import fixes_for, keeps_parsing
from leakwise.engine.settings import DocumentSettings
from leakwise.facts.externals import Outside, knows_nothing
from leakwise.rule import Applicability, Finding, Fix, Rule
from leakwise.text import Document, Edit, EditError, edited

MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class FixAllResult:
    """A document after its fixes, with the version that it had, how many were applied, and how many
    findings that are left have fixes, but none that is safe, where only such are allowed."""

    document: Document
    applied: int
    withheld: int = 0

    @property
    def text(self) -> str:
        """The document's text."""
        return self.document.text


def fix_all(
    document: Document,
    rules: Sequence[Rule] | None = None,
    *,
    code: str | None = None,
    unsafe: bool = False,
    outside: Outside = knows_nothing,
    settings: DocumentSettings | None = None,
    wanted: Callable[[Document, Sequence[Finding]], Sequence[Finding]] | None = None,
) -> FixAllResult:
    """Applies each finding's first fix that is allowed, round by round, as edits of one round may
    overlap and fixed code may show what it hid.

    Only safe fixes are allowed unless `unsafe`, only those of the rule with `code` if it is given,
    and only those of the findings that are `wanted`, of all that a version of the document has. A
    change after which the document no longer parses, or which does not take away one of its rule's
    findings for each fix, is not made; another rule's, which they hid, may come.
    For the other arguments see `Analysis`.
    """

    def findings_of(version: Document) -> list[Finding]:
        return analyze(version, rules, outside, settings)

    applied = withheld = 0
    findings = findings_of(document)
    seen = {document.text}
    # Fixes of two rules could undo one another.
    while len(seen) <= MOST_STEPS:
        meant = findings if wanted is None else wanted(document, findings)
        chosen, withheld = _allowed(meant, document, code, unsafe)
        step = _step(document, findings, chosen, findings_of)
        if step is None or step[0].text in seen:
            break
        document, findings, count = step
        seen.add(document.text)
        applied += count
    return FixAllResult(document, applied, withheld)


def _step(
    document: Document,
    findings: list[Finding],
    chosen: dict[Fix, str],
    findings_of: Callable[[Document], list[Finding]],
) -> tuple[Document, list[Finding], int] | None:
    """The document after as many of the fixes as go together, else after the first that can be
    made alone, its findings, and the number of fixes made; None when there is none."""
    for group in (_compatible(document, chosen), *([fix] for fix in chosen)):
        if not group:
            continue
        changed = edited(document, _edits(group))
        if changed.text == document.text or not keeps_parsing(document, changed):
            continue
        left = findings_of(changed)
        if _takes_away(Counter(chosen[fix] for fix in group), findings, left):
            return changed, left, len(group)
    return None


def _takes_away(fixed: Counter[str], before: list[Finding], left: list[Finding]) -> bool:
    """Whether as many findings of each rule are gone as fixes of it were made."""
    counts = Counter(finding.rule.code for finding in before)
    counts.subtract(finding.rule.code for finding in left)
    return all(counts[code] >= number for code, number in fixed.items())


def _allowed(
    findings: Iterable[Finding], document: Document, code: str | None, unsafe: bool
) -> tuple[dict[Fix, str], int]:
    """The fix of each finding that is allowed, with the code of its rule; and how many findings
    have none that is."""
    chosen: dict[Fix, str] = {}
    withheld = 0
    for finding in findings:
        if code is not None and finding.rule.code != code:
            continue
        fixes = fixes_for(finding, document)
        allowed = [one for one in fixes if unsafe or one.applicability is Applicability.SAFE]
        if allowed:
            chosen[allowed[0]] = finding.rule.code
        elif fixes:
            withheld += 1
    return chosen, withheld


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
