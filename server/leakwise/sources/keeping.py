"""Files of the cache folder: read only where they are whole, written beside and replaced."""

import hashlib
import os
import tempfile
from pathlib import Path

FOLDER = ".leakwise_cache"
"""The name of the folder that a project has for its cache. It may be deleted at any time."""


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
    of it.

    Raises:
        OSError: it cannot be written.
    """
    folder = file.parent
    folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", "ascii")
    handle, name = tempfile.mkstemp(dir=folder, prefix="writing-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise
