"""A titled set of edits that repairs a finding."""

from dataclasses import dataclass
from enum import StrEnum

from leakwise.text import Edit


class Applicability(StrEnum):
    """Whether a fix may be applied without a look: safe only when values, gradients, devices
    and types stay the same at every use that can be reached."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that repair a finding, to be applied together."""

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability
