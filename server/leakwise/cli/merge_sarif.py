"""`leakwise merge-sarif`: one SARIF log from those of several checks."""

from collections.abc import Iterator
from pathlib import Path

import click

from leakwise.cli.loading import CouldNotRun
from leakwise.cli.paths import NamedPath, OutputPath
from leakwise.cli.shown import STDIN
from leakwise.sources import UnreadableError, read_bytes


@click.command(name="merge-sarif", short_help="Join SARIF logs into one.")
@click.argument("files", nargs=-1, required=True, type=NamedPath())
@click.option(
    "-o",
    "--output-file",
    metavar="FILE",
    type=OutputPath(),
    help="Write the log into a file; to standard output for `-`.",
)
@click.option(
    "--same-root",
    is_flag=True,
    help="The logs are of one project that lay in different folders: keep the paths in it only.",
)
def merge_sarif(files: tuple[Path, ...], output_file: Path | None, same_root: bool) -> None:
    """Join SARIF logs of `leakwise check` into one with a single run.

    FILES are logs, or folders that are searched for *.sarif. Each finding is told once, with its
    fingerprints and its path. All must be by the same version of Leakwise.

    The exit status is 0 when they were joined, whatever they tell, and 2 when they could not be.
    """
    from leakwise.cli.output.sarif_merging import UnmergeableError, merged
    from leakwise.cli.printing import print_lines, write_output

    if output_file == Path(STDIN):
        output_file = None
    try:
        log = merged(_read(files, output_file), same_root=same_root)
    except UnmergeableError as error:
        raise CouldNotRun(f"{error}.") from None
    if output_file is not None:
        write_output(output_file, f"{log}\n".encode())
    else:
        print_lines([log], "sarif")


def _read(files: tuple[Path, ...], output: Path | None) -> Iterator[tuple[str, bytes]]:
    """The logs by name; in folders, what was written there as `output` before is none."""
    own = None if output is None else output.resolve()
    for path in files:
        found = [path]
        if path.is_dir():
            found = sorted(one for one in path.rglob("*.sarif") if one.resolve() != own)
        if not found:
            raise CouldNotRun(f"{path} has no file *.sarif - name another folder.")
        for file in found:
            try:
                yield str(file), read_bytes(file)
            except UnreadableError as error:
                raise CouldNotRun(f"{file} {error}.") from None
