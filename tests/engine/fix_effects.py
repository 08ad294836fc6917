"""What must hold after any fix: the finding is gone, all still parses, a second run changes
nothing, and what the fix is not about is byte for byte as it was."""

import ast
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from leakwise.engine import analyze, fixes_for
from leakwise.fixing import Fix, parses
from leakwise.rule import Finding
from leakwise.text import Document, apply_edits, split_lines


@dataclass(frozen=True, slots=True)
class Effect:
    """One fix of one finding, and what is wrong with what it did; nothing where all is well."""

    finding: Finding
    fix: Fix
    problems: tuple[str, ...]


def effects(document: Document) -> Iterator[Effect]:
    """What each fix of each finding of the document does by itself."""
    findings = analyze(document)
    for finding in findings:
        for fix in fixes_for(finding, document):
            yield Effect(finding, fix, tuple(_problems(document, findings, finding, fix)))


def _problems(
    document: Document, findings: list[Finding], finding: Finding, fix: Fix
) -> Iterator[str]:
    text = apply_edits(document, fix.edits)
    after = Document.from_text(document.uri, text)
    if text == document.text:
        yield "it changes nothing"
    if parses(document.text) and not parses(text):
        yield "the file does not parse any more"
        return
    left = analyze(after)
    code = finding.rule.code
    if _counted(left)[code] >= _counted(findings)[code]:
        yield "the finding is still there"
    yield from _made_again(finding, fix, findings, after, left)
    yield from _touched(document, fix, text)


def _counted(findings: list[Finding]) -> Counter[str]:
    return Counter(finding.rule.code for finding in findings)


def _made_again(
    finding: Finding, fix: Fix, before: list[Finding], after: Document, left: list[Finding]
) -> Iterator[str]:
    """Whether a second run would make the same fix again: one more finding with the same words."""
    alike = [one for one in left if one.message == finding.message]
    had = sum(one.message == finding.message for one in before)
    for one in alike[: len(alike) - had + 1] if len(alike) >= had else []:
        if any(other.title == fix.title for other in fixes_for(one, after)):
            yield "a second run changes it again"
            return


def _touched(document: Document, fix: Fix, text: str) -> Iterator[str]:
    """The statements of the file's top level that changed and hold no edit. Imports may come."""
    lines = {edit.range.start.line for edit in fix.edits}
    lines |= {edit.range.end.line for edit in fix.edits}
    known = Counter(statement for _, _, statement in _statements(text))
    for first, last, statement in _statements(document.text):
        if not any(first - 1 <= line <= last for line in lines) and not known[statement]:
            yield f"the statement in line {first + 1} changed"


def _tree(text: str) -> list[ast.stmt]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text).body
        except (SyntaxError, ValueError, RecursionError):
            return []


def _statements(text: str) -> list[tuple[int, int, str]]:
    """The first and last line, from zero, of each statement of the top level, and these lines."""
    lines = split_lines(text)
    spans = [(one.lineno - 1, (one.end_lineno or one.lineno) - 1) for one in _tree(text)]
    return [(first, last, "".join(lines[first : last + 1])) for first, last in spans]
