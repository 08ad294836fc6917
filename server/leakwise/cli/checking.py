"""Checks one document and makes plain data of what was found."""

from pathlib import Path

from leakwise.cli.shown import CheckedFile, ShownFinding, ShownPlace, unchecked
from leakwise.engine import Analysis, fixes_for
from leakwise.pages import url
from leakwise.rule import Finding
from leakwise.sources import UnreadableError, read_document
from leakwise.text import Document, Range


def check_file(path: str, with_fixes: bool) -> CheckedFile:
    """What came of the file at `path`; never raises for what the file holds."""
    if path.endswith(".ipynb"):
        return unchecked(path, "is a notebook - only Python files are checked")
    try:
        document = read_document(Path(path))
    except UnreadableError as error:
        return unchecked(path, str(error))
    return check_document(document, path, with_fixes)


def check_document(document: Document, path: str, with_fixes: bool) -> CheckedFile:
    """What came of `document`, shown as `path`; with the first fix of each finding if asked."""
    try:
        return _checked(document, path, with_fixes)
    except Exception as error:
        # One file that the engine stumbles over must not cost the findings of the others.
        why = f"the analysis failed ({type(error).__name__}: {error})"
        return unchecked(path, f"{why} - please report this with the file")


def _checked(document: Document, path: str, with_fixes: bool) -> CheckedFile:
    analysis = Analysis(document)
    findings = tuple(_shown(finding, document, with_fixes) for finding in analysis.findings())
    problems: list[str] = []
    if analysis.syntax_error is not None:
        line = analysis.syntax_error.line + 1
        why = f"line {line} does not parse ({analysis.syntax_error.message})"
        problems.append(f"{why} - correct it; all that parses was checked")
    for failure in analysis.rule_failures:
        last = failure.error.strip().splitlines()[-1:]
        why = f"rule {failure.rule.code} failed ({''.join(last)})"
        problems.append(f"{why} - please report this with the file; the other rules went on")
    return CheckedFile(path, findings, tuple(problems))


def _shown(finding: Finding, document: Document, with_fixes: bool) -> ShownFinding:
    rule = finding.rule
    fixes = fixes_for(finding, document) if with_fixes else []
    return ShownFinding(
        rule.code,
        rule.name,
        url(rule),
        finding.severity,
        _place(finding.range, finding.message, document),
        tuple(_place(other.range, other.message, document) for other in finding.related),
        fixes[0] if fixes else None,
    )


def _place(span: Range, message: str, document: Document) -> ShownPlace:
    return ShownPlace(span, message, document.lines[span.start.line].rstrip("\r\n"))
