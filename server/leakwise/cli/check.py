"""`leakwise check`: findings of files, folders or standard input."""

import gc
import os
import signal
import sys
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from leakwise.cli.cache.options import cache_options
from leakwise.cli.cache.remembering import Witness
from leakwise.cli.complaints import complain, complain_of
from leakwise.cli.help import HelpedCommand
from leakwise.cli.jobs_option import jobs_option
from leakwise.cli.newness_options import Wanted, newness_options
from leakwise.cli.output import FORMATS, NEED_FIXES
from leakwise.cli.output.printable import printable
from leakwise.cli.paths import NamedPath, OutputPath
from leakwise.cli.printing import print_findings
from leakwise.cli.rewriting_options import Rewriting, rewriting_options
from leakwise.cli.settings_options import check_selectors, settings_options
from leakwise.cli.sharding import Shard, shard_option
from leakwise.cli.shown import STDIN, UNTITLED, CheckedFile, unchecked
from leakwise.engine.settings import Overrides, SettingsResolver

if TYPE_CHECKING:
    from leakwise.cli.newness import Newness
    from leakwise.sources import FileChoice

_NOT_THERE = "does not exist - check the spelling"
FOUND = 1
COULD_NOT_RUN = 2
ENDING = [signal.SIGTERM, *([] if sys.platform == "win32" else [signal.SIGHUP])]
"""What ends a check, beside Ctrl-C: whoever runs it, and its terminal when it is closed."""


@click.command(cls=HelpedCommand, short_help="Check files and folders for leaks.")
@click.argument("paths", nargs=-1, type=NamedPath())
@rewriting_options
@click.option(
    "--output-format",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How to print what was found.",
)
@click.option(
    "-o",
    "--output-file",
    metavar="FILE",
    type=OutputPath(),
    help="Write what was found into a file; to standard output for `-`.",
)
@click.option("--statistics", is_flag=True, help="Print how often each rule found something.")
@click.option("-e", "--exit-zero", is_flag=True, help="Exit with 0 whatever was found.")
@click.option("--watch", is_flag=True, help="Check again whenever a file changes, until Ctrl-C.")
@click.option("--show-files", is_flag=True, help="Print the files that would be checked, and stop.")
@click.option(
    "--stdin-filename",
    metavar="PATH",
    type=NamedPath(),
    help="The name of what comes on standard input.",
)
@jobs_option
@newness_options
@shard_option
@settings_options
@cache_options
@click.pass_context
def check(
    context: click.Context,
    paths: tuple[Path, ...],
    rewriting: Rewriting,
    wanted: Wanted,
    output_format: str,
    output_file: Path | None,
    statistics: bool,
    exit_zero: bool,
    watch: bool,
    show_files: bool,
    stdin_filename: Path | None,
    jobs: int | None,
    shard: Shard | None,
    overrides: Overrides,
) -> None:
    """Check files and folders for leaks; the current folder by default, standard input for `-`.

    Folders are searched for *.py and *.ipynb; what .gitignore lists and environments are left out.

    The exit status is 0 when nothing worse than a note was found, 1 when there are warnings or
    errors, 2 when the check could not run, a path does not exist or a setting is wrong.
    """
    stdin = Path(STDIN) in paths
    if output_file == Path(STDIN):
        output_file = None
    if stdin and len(paths) > 1:
        raise click.UsageError("`-` (standard input) cannot be checked together with paths.")
    if stdin_filename is not None and not stdin:
        raise click.UsageError("`--stdin-filename` needs `-` as the path.")
    if watch and (stdin or show_files):
        raise click.UsageError("`--watch` checks files and folders again; name some.")
    if shard is not None and stdin:
        raise click.UsageError("`--shard` divides files; standard input is one only.")
    rewriting.check_with(stdin=stdin, output_format=output_format, statistics=statistics)
    wanted.check_with(stdin=stdin, named=stdin_filename is not None)
    if statistics and output_format not in ("text", "json"):
        raise click.UsageError("`--statistics` is printed as text or json only.")
    for number in ENDING:
        # What ignores one of them, as under `nohup`, is to go on.
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _leave)
    if watch:
        from leakwise.cli.watching import check_on_changes

        check_on_changes(paths or (Path(),))
    from leakwise.cli.loading import loaded_rules

    if stdin or show_files:
        check_selectors(overrides, loaded_rules())
    settings = SettingsResolver(overrides)
    with_fixes = output_format in NEED_FIXES
    missing = False
    roots = paths or (Path(),)
    named = paths if stdin_filename is None else (stdin_filename,)
    newness = wanted.opened(named, settings)
    witness = Witness(context.obj)
    if stdin or output_file is not None or wanted.is_narrow or rewriting.rewrites:
        witness.doubt()
    if show_files:
        present = [] if stdin else _present(roots)
        for path in newness.worth_checking(_listed(present, settings, shard, witness)):
            click.echo(printable(path))
        missing = not stdin and len(present) < len(roots)
        wrong = _complain_of_settings(settings)
        context.exit(COULD_NOT_RUN if missing or wrong else 0)
    held = sys.stdin.buffer.read() if stdin else None
    if held is not None:
        wanted_at_all = stdin_filename is None or settings.takes(stdin_filename)
        files = [_check_stdin(held, stdin_filename, settings, with_fixes)] if wanted_at_all else []
    else:
        files, missing = check_paths(roots, settings, jobs, with_fixes, shard, newness, witness)
    checked = [file.path for file in files]
    files = newness.only_new(files, held)
    files, changes = rewriting.done(files, settings, newness, with_fixes, held)
    wrong = _complain_of_settings(settings)
    said, printed = complain_of(files), ""
    if changes is not None:
        from leakwise.cli.differences import print_differences

        print_differences(changes, to=output_file)
        fails = bool(changes)
    else:
        printed = print_findings(files, output_format, counted=statistics, to=output_file)
        fails = any(finding.counts for file in files for finding in file.findings)
    if missing or wrong:
        context.exit(COULD_NOT_RUN)
    if rewriting.exit_non_zero_on_fix and any(file.repairs for file in files):
        fails = True
    status = FOUND if fails and not exit_zero else 0
    if not any(file.about_run for file in files):
        witness.remember(roots, checked, settings, (status, printed, said))
    context.exit(status)


def _complain_of_settings(settings: SettingsResolver) -> bool:
    """Tells what is wrong with settings, and whether anything is."""
    from leakwise.cli.loading import loaded_rules

    wrong = settings.problems(loaded_rules() if settings.names_rules else ())
    for one in wrong:
        complain("error", str(one))
    return bool(wrong)


def _check_stdin(
    content: bytes, name: Path | None, settings: SettingsResolver, with_fixes: bool
) -> CheckedFile:
    from leakwise.cli.checking import check_document
    from leakwise.engine.outside import Outside
    from leakwise.facts.reading import document_of
    from leakwise.sources import UnreadableError, path_to_uri
    from leakwise.sources.folders import project_folders

    shown = STDIN if name is None else str(name)
    uri = UNTITLED if name is None else path_to_uri(name)
    try:
        document = document_of(content, shown, uri)
    except UnreadableError as error:
        return unchecked(shown, str(error))
    with closing(Outside([] if name is None else project_folders([name]), settings)) as outside:
        return check_document(document, shown, outside, settings, with_fixes)


def check_paths(
    roots: tuple[Path, ...],
    settings: SettingsResolver,
    jobs: int | None,
    with_fixes: bool,
    shard: Shard | None = None,
    newness: "Newness | None" = None,
    witness: Witness | None = None,
) -> tuple[list[CheckedFile], bool]:
    """What came of each file below `roots` by path, and whether one of `roots` is missing; of the
    files in which something may be new, where only that is asked for. `witness` is told what that
    rests on."""
    from leakwise.cli.cache.checking import check_what_changed
    from leakwise.cli.processes import available_processors
    from leakwise.cli.progress import with_progress
    from leakwise.sources.folders import project_folders

    witness = witness or Witness()
    present = _present(roots)
    paths = _listed(present, settings, shard, witness)
    if present and not paths and shard is None:
        complain("warning", "no Python files or notebooks found - name a file or another folder")
    if newness is not None:
        paths = newness.worth_checking(paths)
    folders = project_folders(present)
    many = jobs or available_processors()
    # What is known already makes many objects and no garbage; what checks files turns it on.
    gc.disable()
    try:
        checked = check_what_changed(paths, many, folders, settings, with_fixes, witness)
        with closing(checked):
            files = sorted(with_progress(checked, len(paths)), key=lambda file: Path(file.path))
    finally:
        gc.enable()
    return files, len(present) < len(roots)


def _present(roots: tuple[Path, ...]) -> list[Path]:
    present = [root for root in roots if os.path.exists(root)]
    for root in roots:
        if root not in present:
            is_link = os.path.islink(root)
            why = "leads to nothing - correct the link" if is_link else _NOT_THERE
            complain("error", why, str(root))
    return present


def _listed(
    present: list[Path],
    settings: SettingsResolver,
    shard: Shard | None,
    witness: Witness,
) -> list[str]:
    """The files to check below what is present."""
    from leakwise.sources import python_files
    from leakwise.sources.folders import project_folders

    def unlistable(folder: Path, why: str) -> None:
        witness.doubt()
        complain("warning", f"cannot be listed ({why}) - check its permissions", str(folder))

    def choice_in(folder: str) -> "FileChoice":
        return settings.for_folder(folder).choice

    found = python_files(present, unlistable, choice_in, witness.listed)
    paths = [str(path) for path in found if settings.takes(path)]
    return paths if shard is None else shard.of(paths, project_folders(present))


def _leave(number: int, frame: FrameType | None) -> None:
    # An exception, so that the processes are ended on the way out.
    sys.exit(128 + number)
