"""Where a path lies: in which folder, in which project, below which folder with a certain file."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # As `typing` has it, which takes long to load.
if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", ".git", ".hg")

PIPELINES = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY")
"""Variables of the environment by which pipelines of GitHub, GitLab and Azure tell in which folder
the repository is."""


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


def project_folders(paths: Iterable[str | Path]) -> list[str]:
    """The folders of the projects that `paths` are in: the nearest above each that looks like one,
    else the current folder where it is in there, else its own."""
    found: dict[str, None] = {}
    here = os.getcwd()
    for path in paths:
        whole = os.path.abspath(path)
        own = whole if os.path.isdir(whole) else os.path.dirname(whole)
        found[project_above(own) or (here if is_in(own, here) else own)] = None
    return list(found)


def project_above(folder: str) -> str | None:
    """The nearest folder from this one upward that looks like a project's; None where none does."""
    return nearest_with(folder, *_MARKS)


def repository_of_pipeline() -> str:
    """The folder from which a pipeline takes the paths that it is told: that of the repository,
    where the current folder lies in there, else the current folder."""
    here = os.getcwd()
    for name in PIPELINES:
        folder = os.environ.get(name)
        if folder and is_in(os.path.realpath(here), os.path.realpath(folder)):
            return os.path.realpath(folder)
    return here
