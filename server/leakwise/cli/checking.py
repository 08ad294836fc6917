"""Checks documents and makes plain data of what was found."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from leakwise.cli.cache.stamps import digest_of, stamp_of
from leakwise.cli.fingerprints import code_of
from leakwise.cli.shown import (
    Basis,
    CheckedFile,
    Reach,
    ShownEdit,
    ShownFinding,
    ShownFix,
    ShownPlace,
    unchecked,
)
from leakwise.engine import Analysis, every_rule, fixes_for
from leakwise.engine.outside import Outside
from leakwise.engine.settings import SettingsResolver
from leakwise.facts.externals import is_outside
from leakwise.facts.reading import document_of
from leakwise.pages import url
from leakwise.rule import Finding, Fix
from leakwise.sources import UnreadableError, path_to_uri, read_bytes, uri_to_path
from leakwise.text import Document, Position, Range


def check_together(
    paths: Iterable[str], outside: Outside, settings: SettingsResolver, with_fixes: bool
) -> Iterator[CheckedFile]:
    """What came of the files at `paths`; never raises for what the files hold."""
    for path in paths:
        # What a finding rests on is of interest to those alone who keep it.
        stamp = stamp_of(path) if outside.keeps else None
        try:
            data = read_bytes(Path(path))
            document = document_of(data, path, path_to_uri(Path(path)))
        except UnreadableError as error:
            yield unchecked(path, str(error))
            continue
        chosen = settings.for_document(Path(path), every_rule())
        analysis = Analysis(
            document,
            settings=chosen,
            outside=outside.known,
            parsed=partial(outside.tree, os.path.abspath(path)),
        )
        file = _finished(analysis, path, outside, with_fixes)
        if stamp is not None:
            own = Basis(stamp, digest_of(data))
            file = replace(file, basis=_basis(analysis, file, own))
        analysis.take_apart()
        yield file


def _basis(analysis: Analysis, file: CheckedFile, own: Basis) -> Basis | None:
    """What the findings of a file rest on, beside its `own` content; None where something went
    wrong that may not do so again."""
    if not file.checked or file.about_run or analysis.rule_failures:
        return None
    answers = analysis.answers()
    depends: dict[tuple[str, int, int], None] = {}
    names: dict[str, None] = {}
    reach = Reach.ITSELF
    for question in analysis.asked():
        if question.about == "symbol" and not is_outside(question.name):
            continue
        answer = answers.get(question)
        if answer is None:
            return None
        if question.about == "callers":
            if answer.found is None:
                return None
            names[question.name.rpartition(".")[2]] = None
        elif not answer.lasting:
            return None
        reach = Reach.NAMES
    for answer in answers.values():
        depends.update(((one.path, one.mtime_ns, one.size), None) for one in answer.depends)
    return replace(own, reach=reach, depends=tuple(depends), names=tuple(names))


def check_document(
    document: Document,
    path: str,
    outside: Outside,
    settings: SettingsResolver,
    with_fixes: bool,
) -> CheckedFile:
    """What came of `document`, shown as `path`; with the first fix of each finding if asked."""
    chosen = settings.for_document(uri_to_path(document.uri), every_rule())
    analysis = Analysis(document, settings=chosen, outside=outside.known)
    return _finished(analysis, path, outside, with_fixes)


def _finished(analysis: Analysis, path: str, outside: Outside, with_fixes: bool) -> CheckedFile:
    try:
        return _checked(analysis, path, outside, with_fixes)
    except Exception as error:
        # One file that the engine stumbles over must not cost the findings of the others.
        why = f"the analysis failed ({type(error).__name__}: {error})"
        return unchecked(path, f"{why} - please report this with the file")


def _checked(analysis: Analysis, path: str, outside: Outside, with_fixes: bool) -> CheckedFile:
    document = analysis.document
    findings = tuple(shown(analysis.findings(), document, with_fixes))
    problems: list[str] = []
    if analysis.too_large:
        why = "is too large to be analysed"
        return unchecked(path, f"{why} - leave it out if it is data, or split it")
    if analysis.syntax_error is not None:
        line = Position(analysis.syntax_error.line, 0)
        where = _place(Range(line, line), analysis.syntax_error.message, document)
        why = f"{_in_words(where)} does not parse ({where.message})"
        problems.append(f"{why} - correct it; all that parses was checked")
    for failure in analysis.rule_failures:
        last = failure.error.strip().splitlines()[-1:]
        why = f"rule {failure.rule.code} failed ({''.join(last)})"
        problems.append(f"{why} - please report this with the file; the other rules went on")
    return CheckedFile(path, findings, tuple(problems), about_run=tuple(outside.warnings))


def shown(
    findings: Iterable[Finding], document: Document, with_fixes: bool
) -> Iterator[ShownFinding]:
    """What is shown of all findings of a document, in their order; with the first fix of each if
    asked."""
    seen: Counter[tuple[str, str]] = Counter()
    for finding in findings:
        found = _shown(finding, document, with_fixes)
        same = found.code, code_of(found)
        yield replace(found, occurrence=seen[same]) if seen[same] else found
        seen[same] += 1


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
        _fix(fixes[0], document) if fixes else None,
    )


def _place(span: Range, message: str, document: Document) -> ShownPlace:
    part, span = document.located(span)
    line = part.lines[span.start.line].rstrip("\r\n")
    return ShownPlace(span, message, line, document.number_of(part))


def _in_words(place: ShownPlace) -> str:
    line = f"line {place.range.start.line + 1}"
    return line if place.cell is None else f"{line} of cell {place.cell}"


def _fix(fix: Fix, document: Document) -> ShownFix:
    edits = [
        ShownEdit(edit.range, edit.text, document.number_of(part))
        for part, edits in document.addressed(fix.edits)
        for edit in edits
    ]
    return ShownFix(fix.title, fix.applicability, tuple(edits))
