"""Where a path lies: in which folder, and below which one that has a certain file."""

import os


def is_in(path: str, folder: str) -> bool:
    """Whether a path lies in a folder, or is it."""
    return path == folder or path.startswith(os.path.join(folder, ""))


def nearest_with(folder: str, *names: str) -> str | None:
    """The nearest folder, from this absolute one upward, that has something of one of these names,
    be it a broken link; None where none has."""
    while not any(os.path.lexists(os.path.join(folder, name)) for name in names):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder
