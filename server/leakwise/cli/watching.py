"""`leakwise check --watch`: the check is done again whenever a file changes."""

import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import click

from leakwise.sources.folders import project_folders

WATCH = "--watch"
_SUFFIXES = (".py", ".ipynb", ".toml", ".gitignore")
_CLEAR = "\x1b[2J\x1b[3J\x1b[H"


def check_on_changes(roots: Iterable[Path]) -> NoReturn:
    """Checks now, and again after each change below the projects of `roots`, until Ctrl-C.

    Each check is a process of its own, which reads settings and rules anew; what did not change
    since the one before comes from its cache.
    """
    from watchfiles import DefaultFilter, watch

    class SourceFilter(DefaultFilter):
        """Changes of sources and of settings, outside the folders of tools and environments."""

        ignore_dirs = (*DefaultFilter.ignore_dirs, ".leakwise_cache", ".ruff_cache")

        def __call__(self, change: object, path: str) -> bool:
            return path.endswith(_SUFFIXES) and super().__call__(change, path)  # type: ignore[arg-type]

    folders = project_folders(root for root in roots if root.exists())
    if not folders:
        raise click.UsageError(f"`{WATCH}` needs a file or folder that exists.")
    arguments = [one for one in sys.argv[1:] if one != WATCH]
    _check(arguments, "Watching for changes; Ctrl-C ends.")
    for changes in watch(*folders, watch_filter=SourceFilter(), raise_interrupt=True):
        names = sorted({Path(path).name for _, path in changes})
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        now = time.strftime("%H:%M:%S")
        _check(arguments, f"Checked again at {now}: {names[0]}{more} changed.")
    raise KeyboardInterrupt


def _check(arguments: list[str], said: str) -> None:
    if sys.stdout.isatty():
        click.echo(_CLEAR, nl=False)
    subprocess.run([sys.executable, "-P", "-m", "leakwise", *arguments], check=False)
    click.echo(said, err=True)
