"""What is wrong with settings, and where."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from leakwise.text import Position, Range

START = Range(Position(0, 0), Position(0, 0))


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
    """` - did you mean ...?` for the known words that are like `wrong`, else `otherwise`."""
    spelled = {one.lower(): one for one in known}
    wanted = wrong.lower().replace("_", "-")
    near = difflib.get_close_matches(wanted, spelled, n=2, cutoff=0.6)
    if not near:
        return otherwise
    return f" - did you mean {' or '.join(f'`{spelled[one]}`' for one in near)}?"
