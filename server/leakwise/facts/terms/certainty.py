"""How sure a fact or a finding is."""

from enum import StrEnum


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
