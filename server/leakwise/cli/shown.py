"""What is shown of a checked file: plain data, so that it can cross to another process."""

from dataclasses import dataclass
from enum import IntEnum

from leakwise.fixing import Applicability
from leakwise.rule import Severity
from leakwise.text import Range

STDIN = "-"
"""The path of standard input that has no name, and the address of its document."""
UNTITLED = "untitled:stdin"


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """A range with what is to say of it and the source line, unterminated, in which it starts.

    In a notebook it is a range in the cell of this number: its place among all cells, from 1.
    """

    range: Range
    message: str
    line: str
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class ShownEdit:
    """One change of a fix; in a notebook, of the cell of this number."""

    range: Range
    text: str
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class ShownFix:
    """A fix with its changes."""

    title: str
    applicability: Applicability
    edits: tuple[ShownEdit, ...]


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding with all that an output form may print of it."""

    code: str
    name: str
    url: str
    severity: Severity
    place: ShownPlace
    related: tuple[ShownPlace, ...]
    fix: ShownFix | None
    occurrence: int = 0
    """How many findings of its rule with the same line of code are above it in its file."""

    @property
    def counts(self) -> bool:
        """Whether the finding makes a check fail."""
        return self.severity in (Severity.ERROR, Severity.WARNING)


class Reach(IntEnum):
    """How far round a file that lies on which its findings rest."""

    ITSELF = 0
    NAMES = 1
    """Files that imports lead to, and which there are."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a file's findings rest on: how it looked on the disk before it was read, and what stands
    for its content; how far round it that lies; what the answers about other files rest on, as
    paths with the time of their last change in nanoseconds and their size, -1 for what is not
    there; and names that would count wherever else in the project they stood."""

    stamp: tuple[int, int, int, int]
    digest: str
    reach: Reach = Reach.ITSELF
    depends: tuple[tuple[str, int, int], ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What came of one file: its findings by place, and what hindered the check, one line each.

    `checked` is false when nothing of it could be; `about_run` is what hindered more than it.
    `repairs` were made in it, or `withheld` as not safe, and `comments` added that suppress
    findings; `left_out` counts the findings that are not new, where only new ones were asked for.
    `basis` is None where another check may give something else anyway.
    """

    path: str
    findings: tuple[ShownFinding, ...] = ()
    problems: tuple[str, ...] = ()
    checked: bool = True
    about_run: tuple[str, ...] = ()
    repairs: int = 0
    withheld: int = 0
    comments: int = 0
    left_out: int = 0
    basis: Basis | None = None


def unchecked(path: str, problem: str) -> CheckedFile:
    """A file that could not be checked, for the reason that `problem` gives."""
    return CheckedFile(path, problems=(problem,), checked=False)
