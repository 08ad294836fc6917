"""What is wrong with settings, and where."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from leakwise.text import Position, Range

START = Range(Position(0, 0), Position(0, 0))

MOST_SUGGESTED = 3
"""Of more words that are alike none is what was meant rather than the others."""

_AS_LIKE = 0.05
"""Words whose likeness, from 0 to 1, differs by less are alike."""


@dataclass(frozen=True, slots=True)
class SettingsProblem:
    """A setting that cannot be used: it is left out, and all others hold.

    `origin` is a file's path, or says where else the setting comes from; `range` is the place in
    the file.
    """

    message: str
    origin: str
    key: str = ""
    file: Path | None = None
    range: Range = START

    def __str__(self) -> str:
        line = "" if self.file is None else f":{self.range.start.line + 1}"
        key = f"{self.key}: " if self.key else ""
        return f"{self.origin}{line}: {key}{self.message}"


def suggestion(wrong: str, known: Iterable[str], otherwise: str = "") -> str:
    """` - did you mean ...?` for the known words that are most like `wrong`; `otherwise` where none
    is, or so many are that any of them would be a guess."""
    import difflib

    spelled = {one.lower(): one for one in known}
    wanted = wrong.lower().replace("_", "-")
    likeness: dict[str, float] = {}
    for one in difflib.get_close_matches(wanted, spelled, n=MOST_SUGGESTED + 1, cutoff=0.6):
        likeness[one] = difflib.SequenceMatcher(None, one, wanted).ratio()
    best = max(likeness.values(), default=0.0)
    near = [one for one, like in likeness.items() if like > best - _AS_LIKE]
    if not near or len(near) > MOST_SUGGESTED:
        return otherwise
    return f" - did you mean {' or '.join(f'`{spelled[one]}`' for one in near)}?"
