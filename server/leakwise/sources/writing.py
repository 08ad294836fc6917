"""Putting new bytes in the place of a file, whole or not at all."""

import contextlib
import errno
import os
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


class UnwritableError(Exception):
    """A file that cannot be replaced. Its text says why, and behind a dash what to do about it."""


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Puts `after` in the place of `before`, what the file was last seen to hold; a link stays one,
    and so do other names that the file has.

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
            _write(file, content)
        if state is None:
            os.chmod(beside, _new_mode())
        else:
            _liken(beside, target, state)
        check()
        if state is not None and state.st_nlink > 1:
            _overwrite(target, content)
        else:
            os.replace(beside, target)
            beside = ""
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UnwritableError(f"cannot be written ({why}) - {_remedy(error, target)}") from None
    finally:
        if beside:
            with contextlib.suppress(OSError):
                os.unlink(beside)


def _write(file: BinaryIO, content: bytes) -> None:
    file.write(content)
    file.flush()
    os.fsync(file.fileno())


def _liken(beside: str, target: str, state: os.stat_result) -> None:
    """Gives a file the owner, the mode and the attributes of the one whose place it will take."""
    if hasattr(os, "chown"):
        # Who runs this as root must not take the file from its owner.
        with contextlib.suppress(OSError):
            os.chown(beside, state.st_uid, state.st_gid)
    if sys.platform == "linux":
        # Access lists are among them. Where the file system has none, there is nothing to keep.
        with contextlib.suppress(OSError):
            for name in os.listxattr(target):
                with contextlib.suppress(OSError):
                    os.setxattr(beside, name, os.getxattr(target, name))
    # Another owner takes some bits away, so that this comes last.
    os.chmod(beside, stat.S_IMODE(state.st_mode))


def _overwrite(target: str, content: bytes) -> None:
    """Has a file hold `content` that has several names: another in its place would have one only.
    Beside it there is room for as much already; where it cannot be written to the end all the same,
    it holds again what it did."""
    with open(target, "r+b") as file:
        before = file.read()
        try:
            _fill(file, content)
        except BaseException:
            _fill(file, before)
            raise


def _fill(file: BinaryIO, content: bytes) -> None:
    file.seek(0)
    file.truncate()
    _write(file, content)


def _new_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _remedy(error: OSError, target: str) -> str:
    folder = os.path.dirname(target)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "make room on the disk"
    if error.errno == errno.EFBIG:
        return "allow larger files, or name another place"
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return "make its folder first"
    if not os.access(folder, os.W_OK):
        return "make its folder writable"
    return "make it writable"
