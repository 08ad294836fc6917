"""Where the packages of a workspace are installed, found by reading alone."""

from collections.abc import Mapping, Sequence


def search_path(roots: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """The folders with the packages that code in `roots` can import."""
    return []
