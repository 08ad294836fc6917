"""`leakwise baseline`: records the findings of today, so that checks report only new ones."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leakwise.cli.baselines import baseline_set, folder_of, is_below
from leakwise.cli.check import COULD_NOT_RUN, check_paths
from leakwise.cli.complaints import complain, complain_of
from leakwise.cli.help import HelpedCommand
from leakwise.cli.jobs_option import jobs_option
from leakwise.cli.loading import loaded_rules
from leakwise.cli.output.locating import relative
from leakwise.cli.output.printable import printable
from leakwise.cli.paths import NamedPath, OutputPath
from leakwise.cli.settings_options import check_selectors, settings_options
from leakwise.cli.shown import STDIN, CheckedFile
from leakwise.engine.settings import Overrides, SettingsResolver
from leakwise.sources.folders import project_folders

if TYPE_CHECKING:
    from leakwise.cli.recorded import Recorded


@click.command(
    cls=HelpedCommand, short_help="Record findings, so that checks report new ones only."
)
@click.argument("paths", nargs=-1, type=NamedPath())
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=OutputPath(),
    help="Where to record them, instead of the file that the settings name, or else "
    ".leakwise-baseline.json in the project's folder.",
)
@jobs_option
@settings_options
@click.pass_context
def baseline(
    context: click.Context,
    paths: tuple[Path, ...],
    output: Path | None,
    jobs: int | None,
    overrides: Overrides,
) -> None:
    """Record the findings in files and folders, so that `leakwise check --baseline` reports new
    ones only.

    What was recorded of them before is replaced; what was recorded of other files stays. A finding
    is known by its file, its rule and the code of its line, so that it may move.

    The exit status is 0 when they are recorded. It is 2, and nothing is written, when the check
    could not run, a path does not exist or a setting is wrong.
    """
    if Path(STDIN) in paths:
        raise click.UsageError("Findings are recorded of files; standard input is none.")
    rules = loaded_rules()
    check_selectors(overrides, rules)
    settings = SettingsResolver(overrides)
    roots = paths or (Path(),)
    usual = _usual(roots, settings) if output is None else output
    # What is wrong with the old one is told before the work is done.
    _recorded(usual)
    files, missing = check_paths(roots, settings, jobs, with_fixes=False)
    wrong = settings.problems(rules)
    for setting in wrong:
        complain("error", str(setting))
    complain_of(files)
    if missing or wrong:
        context.exit(COULD_NOT_RUN)
    of: dict[Path, list[CheckedFile]] = {}
    for file in files:
        own = output or baseline_set(file.path, settings) or usual
        of.setdefault(own, []).append(file)
    for target, checked in (of or {usual: []}).items():
        click.echo(printable(_record(target, checked, roots)))


def _usual(roots: Sequence[Path], settings: SettingsResolver) -> Path:
    """Where findings are recorded for which no other place is named."""
    from leakwise.cli.recorded import NAME, nearest_baseline

    start = folder_of(roots)
    found = settings.for_folder(start).baseline or nearest_baseline(start)
    return Path(relative(str(found or Path(project_folders(roots[:1])[0], NAME))))


def _recorded(target: Path) -> "frozenset[Recorded]":
    """What the baseline `target` has now: nothing where there is none."""
    from leakwise.cli.recorded import read_baseline

    return read_baseline(target) if os.path.lexists(target) else frozenset()


def _record(target: Path, files: Sequence[CheckedFile], roots: Sequence[Path]) -> str:
    """Records the findings of `files`, all that `roots` have for this baseline, and gives what is
    to be said of it."""
    from leakwise.cli.recorded import findings_in, path_from, root_of, write_baseline

    root = root_of(target)
    before = _recorded(target)
    unchecked = {path_from(root, file.path) for file in files if not file.checked}
    folders = [os.path.realpath(one) for one in roots]
    kept = {
        one
        for one in before
        if one.path in unchecked or not is_below(os.path.join(root, one.path), folders)
    }
    found = {one for file in files for one in findings_in(file, root)}
    write_baseline(target, found | kept)
    told = f"Recorded {_count(len(found), 'finding')} in {target}."
    gone = len(before - found - kept)
    return f"{told} {_count(gone, 'finding')} of before {_are(gone)} no longer." if gone else told


def _are(number: int) -> str:
    return "is there" if number == 1 else "are there"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
