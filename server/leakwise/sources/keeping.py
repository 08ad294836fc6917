"""Files of the cache folder: read only where they are whole, written beside and replaced."""

from __future__ import annotations

import os

from leakwise.sources.digests import blake2b

TYPE_CHECKING = False  # As `typing` has it, which takes long to load.
if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ".leakwise_cache"
"""The name of the folder that a project has for its cache. It may be deleted at any time."""

IGNORES = b"*\n"
"""What stands in the `.gitignore` of such a folder."""

OUTDATED_SECONDS = 7 * 24 * 3600.0
"""What another edition of Leakwise has kept goes when it was not written for so long."""


def kept(file: str | Path) -> bytes | None:
    """What was kept in a file; None where there is none, or it is damaged."""
    try:
        with open(file, "rb") as stream:
            data = stream.read()
    except (OSError, ValueError):
        return None
    digest, _, body = data.partition(b"\n")
    return body if digest == _digest(body) else None


def keep(file: Path, body: bytes) -> None:
    """Has `file` hold `body`. No reader ever sees half of it. Version control leaves out its folder
    where that is a cache's own, by its name or since it was empty: in others may lie what is to be
    committed. Old files go whose names differ from its own only behind the last dash.

    Raises:
        OSError: it cannot be written.
    """
    import contextlib
    import time

    folder = file.parent
    folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists() and (folder.name == FOLDER or not os.listdir(folder)):
        _put(ignore, IGNORES)
    _put(file, _digest(body) + b"\n" + body)
    for other in folder.glob(f"{file.name.rpartition('-')[0]}-*"):
        with contextlib.suppress(OSError):
            if other.stat().st_mtime < time.time() - OUTDATED_SECONDS:
                other.unlink()


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=32).hexdigest().encode()


def _put(file: Path, content: bytes) -> None:
    import tempfile

    handle, name = tempfile.mkstemp(dir=file.parent, prefix="writing-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise
