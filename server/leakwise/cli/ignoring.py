"""`leakwise check --add-ignore`: comments that suppress the findings of today."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from leakwise.cli.checking import check_document
from leakwise.cli.newness import Newness
from leakwise.cli.rewriting import Rewrite, check_again, each_once, rewrite
from leakwise.cli.shown import CheckedFile
from leakwise.engine import Analysis, every_rule
from leakwise.engine.fixes import keeps_parsing
from leakwise.engine.outside import Outside
from leakwise.engine.settings import SettingsResolver
from leakwise.engine.suppression import COMMENT_RULES
from leakwise.facts.reading import document_of
from leakwise.fixing.suppressing import ignored_on_line
from leakwise.rule import Finding
from leakwise.sources import UnreadableError, path_to_uri, read_bytes
from leakwise.sources.folders import project_folders
from leakwise.sources.writing import UnwritableError, replace_file
from leakwise.text import Document, EditError, edited


def ignored(
    files: Iterable[CheckedFile],
    settings: SettingsResolver,
    newness: Newness,
    reason: str,
    with_fixes: bool,
) -> list[CheckedFile]:
    """What is left of the new findings of each file when comments suppress them, which are written
    with their reason; a file that is doubtful stays as it is, and says why."""
    files = list(files)
    found = [Path(file.path) for file in files if file.findings]
    with closing(Outside(project_folders(found), settings)) as outside:
        return each_once(
            files,
            lambda file: _ignored(file, outside, settings, newness, reason, with_fixes),
            lambda file: newness.left(check_again(file, outside, settings, with_fixes)),
        )


def _ignored(
    file: CheckedFile,
    outside: Outside,
    settings: SettingsResolver,
    newness: Newness,
    reason: str,
    with_fixes: bool,
) -> CheckedFile:
    if not file.findings:
        return file
    try:
        change = _comments(file.path, outside, settings, newness, reason)
        if change is not None:
            replace_file(Path(file.path), change.before, change.after)
    except (UnreadableError, UnwritableError) as error:
        return replace(file, problems=(*file.problems, str(error)))
    left = file
    if change is not None:
        checked = check_document(change.new, file.path, outside, settings, with_fixes)
        left = replace(newness.left(checked), comments=change.changes)
    about_comments = {rule.code for rule in COMMENT_RULES}
    open_ = [one.place for one in left.findings if one.code not in about_comments]
    if not open_:
        return left
    lines = ", ".join(str(place.range.start.line + 1) for place in open_)
    why = f"no comment can stand where the findings of line {lines} are - shorten the statement"
    return replace(left, problems=(*left.problems, why))


def _comments(
    path: str, outside: Outside, settings: SettingsResolver, newness: Newness, reason: str
) -> Rewrite | None:
    """The change that adds comments to a file for what is new in it; None where none can be added.

    Raises:
        UnreadableError: the file is no text, or its encoding lacks a character of the reason.
        UnwritableError: it cannot be told for sure what comments would do.
    """
    data = read_bytes(Path(path))
    document = document_of(data, path, path_to_uri(Path(path)))
    chosen = settings.for_document(Path(path), every_rule())

    def analysed(version: Document) -> Analysis:
        return Analysis(version, settings=chosen, outside=outside.known)

    before = analysed(document)
    if before.syntax_error is not None:
        raise UnwritableError("does not parse, so that no comments are added - correct it first")
    findings = before.findings()
    wanted = [one for one in newness.new(path, document, findings) if one.rule not in COMMENT_RULES]
    commented, count = _commented(document, wanted, reason)
    if not count:
        return None
    after = analysed(commented).findings()
    if not keeps_parsing(document, commented) or not _are_among(after, findings):
        raise UnwritableError("would have other findings with comments - add them by hand")
    return rewrite(path, data, document, commented, count)


def _commented(
    document: Document, findings: Sequence[Finding], reason: str
) -> tuple[Document, int]:
    """The document with a comment for each finding that one can be added for, and their number.
    Comments move neither lines nor the code before them, so that ranges stay right."""
    count = 0
    for finding in findings:
        edit = ignored_on_line(document, finding.range, finding.rule.code, reason)
        if edit is None:
            continue
        try:
            document = edited(document, [edit])
        except EditError:
            # Such as in a magic of a notebook.
            continue
        count += 1
    return document, count


def _are_among(findings: Iterable[Finding], others: Iterable[Finding]) -> bool:
    known = {(one.rule.code, one.range) for one in others}
    return all((one.rule.code, one.range) in known for one in findings)
