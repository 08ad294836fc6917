"""Putting new bytes in the place of a file, whole or not at all."""

import contextlib
import os
import stat
import tempfile
from pathlib import Path


class UnwritableError(Exception):
    """A file that cannot be replaced. Its text says why, and behind a dash what to do about it."""


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Puts `after` in the place of `before`, what the file was last seen to hold; a link stays one.

    Raises:
        UnwritableError: the file changed meanwhile, or cannot be written; it is as it was then.
    """
    target = os.path.realpath(path)
    beside = ""
    try:
        state = os.stat(target)
        if not os.access(target, os.W_OK):
            raise PermissionError(13, "Permission denied")
        descriptor, beside = tempfile.mkstemp(prefix=".leakwise-", dir=os.path.dirname(target))
        with open(descriptor, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, stat.S_IMODE(state.st_mode))
        if hasattr(os, "chown"):
            # Who runs this as root must not take the file from its owner.
            with contextlib.suppress(OSError):
                os.chown(beside, state.st_uid, state.st_gid)
        if Path(target).read_bytes() != before:
            raise UnwritableError("changed while it was checked - check it again")
        os.replace(beside, target)
        beside = ""
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UnwritableError(f"cannot be written ({why}) - make it writable") from None
    finally:
        if beside:
            with contextlib.suppress(OSError):
                os.unlink(beside)
