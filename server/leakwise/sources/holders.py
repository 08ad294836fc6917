"""Who knows what a path holds: the disk, and the documents that an editor has open."""

import stat
from pathlib import Path
from typing import Protocol

from leakwise.sources.addresses import path_to_uri
from leakwise.sources.decoding import UnreadableError, decode
from leakwise.text import Document


class Sources(Protocol):
    """Tells what a path holds now."""

    def document(self, path: Path) -> Document:
        """The document at `path`.

        Raises:
            UnreadableError: there is none, or it is no text.
        """
        ...


class Overlay:
    """Open documents laid over another holder, whose answers they hide."""

    def __init__(self, behind: Sources) -> None:
        self._behind = behind
        self._open: dict[Path, Document] = {}

    def put(self, path: Path, document: Document) -> None:
        """Takes `document` as what `path` holds from now on."""
        self._open[path] = document

    def drop(self, path: Path) -> None:
        """Goes back to what the holder behind knows of `path`."""
        self._open.pop(path, None)

    def document(self, path: Path) -> Document:
        """The open document of `path`, else what the holder behind has.

        Raises:
            UnreadableError: there is none, or it is no text.
        """
        found = self._open.get(path)
        return self._behind.document(path) if found is None else found


def read_document(path: Path) -> Document:
    """The document in the file at `path`, without a version.

    Raises:
        UnreadableError: the file cannot be read, or is no text.
    """
    return Document.from_text(path_to_uri(path), decode(read_bytes(path)))


def read_bytes(path: Path) -> bytes:
    """What the file at `path` holds; or a pipe, which ends when its writer does.

    Raises:
        UnreadableError: the file cannot be read.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
            # Some never end.
            raise UnreadableError("is a device - name a file")
        return path.read_bytes()
    except FileNotFoundError:
        raise UnreadableError("does not exist - check the spelling") from None
    except IsADirectoryError:
        raise UnreadableError("is a folder - name a file") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UnreadableError(f"cannot be read ({why}) - make it readable") from None
    except ValueError:
        raise UnreadableError("is no path (a NUL character in it) - check the spelling") from None
