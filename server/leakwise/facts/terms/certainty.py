"""How sure a fact or a finding is, and whether a tensor has one element."""

from enum import IntEnum, StrEnum


class Certainty(StrEnum):
    """How sure a fact or a finding is."""

    SURE = "sure"
    """Every fact is proven."""
    LIKELY = "likely"
    """By evidence of use, or by a framework's convention of names."""
    POSSIBLE = "possible"
    """Something is unproven."""

    def weaker(self, other: "Certainty") -> "Certainty":
        """The less sure of the two."""
        return self if _ORDER[self] >= _ORDER[other] else other


_ORDER = {Certainty.SURE: 0, Certainty.LIKELY: 1, Certainty.POSSIBLE: 2}


class Scalar(IntEnum):
    """Whether a tensor has one element; the least of several holds for what is made of all."""

    OPEN = 0
    LIKELY = 1
    """It has unless something said otherwise: a criterion whose reduction is not in sight."""
    SURE = 2
