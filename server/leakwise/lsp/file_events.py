"""Files and folders that were made, changed, moved or removed on the disk."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from leakwise.sources import uri_to_path

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer

_SOURCES = (".py", ".pyi", ".ipynb")


def files_changed(
    ls: "LeakwiseServer", there: Iterable[str] = (), gone: Iterable[str] = ()
) -> None:
    """Has what rests on files or folders found out anew: those that are there, made or changed, and
    those that are gone, of which what was published is taken back."""
    found, lost = _paths(there), _paths(gone)
    paths = [*found, *lost]
    ls.scheduler.files_changed([str(path) for path in paths])
    folders = [*(path for path in found if path.is_dir()), *filter(_may_be_folder, lost)]
    if folders or any(path.suffix == ".toml" for path in paths):
        # One that a settings file extends may have any name, and lie in any folder.
        ls.scheduler.settings_changed()
        ls.scans.forget()
    ls.scans.changed(map(str, paths))
    ls.sent.take_back(lost)
    ls.sent.look_again(map(str, found))
    ls.stir()


def _paths(uris: Iterable[str]) -> list[Path]:
    return [path for uri in uris if (path := uri_to_path(uri)) is not None]


def _may_be_folder(path: Path) -> bool:
    """Whether a path that is gone may have been a folder's."""
    return path.suffix not in _SOURCES
