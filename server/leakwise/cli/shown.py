"""What is shown of a checked file: plain data, so that it can cross to another process."""

from dataclasses import dataclass

from leakwise.fixing import Fix
from leakwise.rule import Severity
from leakwise.text import Range


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """A range with what is to say of it and the source line, unterminated, in which it starts."""

    range: Range
    message: str
    line: str


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding with all that an output form may print of it."""

    code: str
    name: str
    url: str
    severity: Severity
    place: ShownPlace
    related: tuple[ShownPlace, ...]
    fix: Fix | None

    @property
    def counts(self) -> bool:
        """Whether the finding makes a check fail."""
        return self.severity in (Severity.ERROR, Severity.WARNING)


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What came of one file: its findings by place, and what hindered the check, one line each.

    `checked` is false when nothing of it could be; `about_run` is what hindered more than it.
    """

    path: str
    findings: tuple[ShownFinding, ...] = ()
    problems: tuple[str, ...] = ()
    checked: bool = True
    about_run: tuple[str, ...] = ()


def unchecked(path: str, problem: str) -> CheckedFile:
    """A file that could not be checked, for the reason that `problem` gives."""
    return CheckedFile(path, problems=(problem,), checked=False)
