"""`leakwise clean`: removes what checks have kept."""

import os
from pathlib import Path

import click

from leakwise.cli.cache.options import cache_dir_option
from leakwise.cli.loading import CouldNotRun
from leakwise.cli.output.printable import printable
from leakwise.cli.paths import NamedPath
from leakwise.sources.keeping import FOLDER, IGNORES

_OWN = ("again-*.kept", "findings-*.json", "symbols-*.json", "writing-*")
_IGNORING = ".gitignore"


@click.command(short_help="Remove what checks have kept.")
@click.argument("folders", nargs=-1, type=NamedPath(exists=True, file_okay=False))
@cache_dir_option("The folder in which checks keep what they find.")
def clean(folders: tuple[Path, ...], cache_dir: Path | None) -> None:
    """Remove what checks have kept in FOLDERS and below; the current folder by default."""
    places = [] if cache_dir is None else [cache_dir]
    if cache_dir is None and not folders:
        folders = (Path(),)
    for folder in folders:
        # What the current folder is called says its whole path alone.
        places += [
            Path(top)
            for top, _, _ in os.walk(folder)
            if os.path.basename(os.path.abspath(top)) == FOLDER
        ]
    for place in places:
        if not place.is_dir():
            continue
        files = [file for pattern in _OWN for file in place.glob(pattern)]
        try:
            for file in files:
                file.unlink(missing_ok=True)
            ignore = place / _IGNORING
            own = os.path.basename(place) == FOLDER or os.listdir(place) == [_IGNORING]
            if own and ignore.is_file() and ignore.read_bytes() == IGNORES:
                ignore.unlink()
                files.append(ignore)
            if files and not os.listdir(place):
                place.rmdir()
        except OSError as error:
            why = f"{place} cannot be removed ({error.strerror}) - make it writable."
            raise CouldNotRun(why) from None
        if files:
            click.echo(f"Removed what was kept in {printable(str(place))}.")
