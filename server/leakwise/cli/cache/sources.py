"""How the sources of a project look, and what is told by those that have changed."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from leakwise.cli.cache.stamps import Stamp, digest_in, settled

Seen = dict[str, tuple[Stamp, str]]
"""By path how a source looked, and what stands for its content."""

_CODE = (".py", ".ipynb")


def seen_again(known: Seen, now: Mapping[str, Stamp], began: int) -> tuple[Seen, list[str]]:
    """What sources look like that have the stamps `now`, and those of them that are new or hold
    something else than is known. Only where times prove nothing contents are read."""
    seen: Seen = {}
    changed: list[str] = []
    for path, stamp in now.items():
        was = known.get(path)
        if was is not None and was[0] == stamp:
            seen[path] = was
            continue
        digest = digest_in(path) or ""
        seen[path] = settled(stamp, began), digest
        if was is None or not digest or digest != was[1]:
            changed.append(path)
    return seen, changed


def words_of(paths: Iterable[str]) -> set[str] | None:
    """The words that stand in sources; None where these are not all code, but say what is."""
    from leakwise.facts.reading import read
    from leakwise.facts.symbols.project_index import words_in
    from leakwise.sources import UnreadableError

    found: set[str] = set()
    for path in paths:
        if not path.endswith(_CODE):
            return None
        try:
            found |= words_in(read(Path(path)).text)
        except UnreadableError:
            continue
    return found
