"""Repairing files: all allowed fixes of each, and what is left of its findings then."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from leakwise.cli.checking import check_document
from leakwise.cli.newness import Newness
from leakwise.cli.rewriting import Rewrite, are_known, check_again, each_once, rewrite
from leakwise.cli.shown import STDIN, UNTITLED, CheckedFile
from leakwise.engine import every_rule
from leakwise.engine.fix_all import fix_all
from leakwise.engine.outside import Outside
from leakwise.engine.settings import SettingsResolver
from leakwise.facts.reading import document_of
from leakwise.sources import UnreadableError, path_to_uri, read_bytes, uri_to_path
from leakwise.sources.folders import project_folders
from leakwise.sources.writing import UnwritableError, replace_file


def repaired(
    files: Iterable[CheckedFile], settings: SettingsResolver, newness: Newness, with_fixes: bool
) -> list[CheckedFile]:
    """What is left of the new findings of each file after their repair, which is written; a file
    that cannot be repaired stays as it is, and says why."""
    files = list(files)
    with closing(_outside(files, settings)) as outside:
        return each_once(
            files,
            lambda file: _repaired(file, outside, settings, newness, with_fixes),
            lambda file: newness.left(check_again(file, outside, settings, with_fixes)),
        )


def planned(
    files: Iterable[CheckedFile],
    settings: SettingsResolver,
    newness: Newness,
    stdin: bytes | None,
) -> tuple[list[CheckedFile], list[Rewrite]]:
    """The files, with why some cannot be repaired, and the repairs of what is new in the others;
    nothing is written, and what has two names is repaired by the first. `stdin` is what came on
    standard input, where that is the only file."""
    told: list[CheckedFile] = []
    found: list[Rewrite] = []
    files = list(files)
    with closing(_outside(files, settings)) as outside:
        for file, known in zip(files, are_known(files), strict=True):
            told.append(file)
            if known or not file.findings:
                continue
            try:
                repair, _ = _repair(file.path, stdin, outside, settings, newness)
            except (UnreadableError, UnwritableError) as error:
                told[-1] = replace(file, problems=(*file.problems, str(error)))
                continue
            if repair is not None:
                found.append(repair)
    return told, found


def _outside(files: Iterable[CheckedFile], settings: SettingsResolver) -> Outside:
    found = [Path(file.path) for file in files if file.findings and file.path != STDIN]
    return Outside(project_folders(found), settings)


def _repaired(
    file: CheckedFile,
    outside: Outside,
    settings: SettingsResolver,
    newness: Newness,
    with_fixes: bool,
) -> CheckedFile:
    if not file.findings:
        return file
    try:
        repair, withheld = _repair(file.path, None, outside, settings, newness)
        if repair is None:
            return replace(file, withheld=withheld)
        replace_file(Path(file.path), repair.before, repair.after)
    except (UnreadableError, UnwritableError) as error:
        return replace(file, problems=(*file.problems, str(error)))
    left = check_document(repair.new, file.path, outside, settings, with_fixes)
    return replace(newness.left(left), repairs=repair.changes, withheld=withheld)


def _repair(
    path: str,
    content: bytes | None,
    outside: Outside,
    settings: SettingsResolver,
    newness: Newness,
) -> tuple[Rewrite | None, int]:
    """The repair of what is new in a file, by all fixes that its settings allow, None where there
    are none; and how many repairs they do not. `content` is what it holds, where that is not on the
    disk.

    Raises:
        UnreadableError: the file is no text, or its encoding lacks a character of the repair.
        UnwritableError: the file would not read as what it is to be.
    """
    uri = UNTITLED if path == STDIN else path_to_uri(Path(path))
    data = read_bytes(Path(path)) if content is None else content
    document = document_of(data, path, uri)
    chosen = settings.for_document(uri_to_path(uri), every_rule())
    unsafe = chosen.settings.unsafe_fixes
    fixed = fix_all(
        document,
        unsafe=unsafe,
        outside=outside.known,
        settings=chosen,
        wanted=partial(newness.new, path),
    )
    if not fixed.applied:
        return None, fixed.withheld
    repair = rewrite(path, data, document, fixed.document, fixed.applied)
    return repair, fixed.withheld
