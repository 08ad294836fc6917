"""`leakwise clean`: removes what checks have kept."""

import os
from pathlib import Path

import click

from leakwise.cli.cache.options import cache_dir_option
from leakwise.cli.loading import CouldNotRun
from leakwise.cli.output.printable import printable
from leakwise.sources.keeping import FOLDER

_OWN = ("again-*.kept", "findings-*.json", "symbols-*.json", "writing-*", ".gitignore")


@click.command(short_help="Remove what checks have kept.")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path, exists=True, file_okay=False))
@cache_dir_option("The folder in which checks keep what they find.")
def clean(folders: tuple[Path, ...], cache_dir: Path | None) -> None:
    """Remove what checks have kept in FOLDERS and below; the current folder by default."""
    places = [cache_dir] if cache_dir is not None else []
    if cache_dir is None:
        for folder in folders or (Path(),):
            places += [
                Path(top) for top, _, _ in os.walk(folder) if os.path.basename(top) == FOLDER
            ]
    for place in places:
        if not place.is_dir():
            continue
        files = [file for pattern in _OWN for file in place.glob(pattern)]
        try:
            for file in files:
                file.unlink(missing_ok=True)
            if not any(place.iterdir()):
                place.rmdir()
        except OSError as error:
            why = f"{place} cannot be removed ({error.strerror}) - make it writable."
            raise CouldNotRun(why) from None
        if files:
            click.echo(f"Removed what was kept in {printable(str(place))}.")
