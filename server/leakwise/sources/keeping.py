"""Files of the cache folder: read only where they are whole, written beside and replaced."""

import contextlib
import hashlib
import os
import time
from pathlib import Path

FOLDER = ".leakwise_cache"
"""The name of the folder that a project has for its cache. It may be deleted at any time."""

OUTDATED_SECONDS = 7 * 24 * 3600.0
"""What another edition of Leakwise has kept goes when it was not written for so long."""


def kept(file: Path) -> bytes | None:
    """What was kept in a file; None where there is none, or it is damaged."""
    try:
        data = file.read_bytes()
    except (OSError, ValueError):
        return None
    digest, _, body = data.partition(b"\n")
    return body if digest == hashlib.sha256(body).hexdigest().encode() else None


def keep(file: Path, body: bytes) -> None:
    """Has `file` hold `body`, in a folder that version control leaves out. No reader ever sees half
    of it. Old files go whose names differ from its own only behind the last dash.

    Raises:
        OSError: it cannot be written.
    """
    folder = file.parent
    folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        _put(ignore, b"*\n")
    _put(file, hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    for other in folder.glob(f"{file.name.rpartition('-')[0]}-*"):
        with contextlib.suppress(OSError):
            if other.stat().st_mtime < time.time() - OUTDATED_SECONDS:
                other.unlink()


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
