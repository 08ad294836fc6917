"""Putting new bytes in the place of a file, whole or not at all."""

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path


class UnwritableError(Exception):
    """A file that cannot be replaced. Its text says why, and behind a dash what to do about it."""


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Puts `after` in the place of `before`, what the file was last seen to hold; a link stays one.

    Raises:
        UnwritableError: the file changed meanwhile, or cannot be written; it is as it was then.
    """
    target = os.path.realpath(path)

    def unchanged() -> None:
        if not os.access(target, os.W_OK):
            raise PermissionError(13, "Permission denied")
        if Path(target).read_bytes() != before:
            raise UnwritableError("changed while it was checked - check it again")

    _put(target, after, unchanged)


def put_file(path: Path, content: bytes) -> None:
    """Makes a file that holds `content`, in the place of what may be there; a link stays one.

    Raises:
        UnwritableError: it cannot be written; what was there is as it was.
    """
    _put(os.path.realpath(path), content, lambda: None)


def _put(target: str, content: bytes, check: Callable[[], None]) -> None:
    beside = ""
    try:
        state = os.stat(target) if os.path.exists(target) else None
        if state is not None and not stat.S_ISREG(state.st_mode):
            raise UnwritableError("is no regular file - name another one")
        check()
        descriptor, beside = tempfile.mkstemp(prefix=".leakwise-", dir=os.path.dirname(target))
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, _new_mode() if state is None else stat.S_IMODE(state.st_mode))
        if state is not None and hasattr(os, "chown"):
            # Who runs this as root must not take the file from its owner.
            with contextlib.suppress(OSError):
                os.chown(beside, state.st_uid, state.st_gid)
        check()
        os.replace(beside, target)
        beside = ""
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UnwritableError(f"cannot be written ({why}) - {_remedy(error)}") from None
    finally:
        if beside:
            with contextlib.suppress(OSError):
                os.unlink(beside)


def _new_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _remedy(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "make room on the disk"
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return "make its folder first"
    return "make it writable"
