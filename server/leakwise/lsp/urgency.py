"""Which questions are answered first."""

from enum import IntEnum


class Urgency(IntEnum):
    """What is answered first of the questions that wait."""

    LOOKED_AT = 0
    """Somebody points at something and waits."""
    CHOSEN = 1
    """What can be done, and the edits of it."""
    SHOWN = 2
    """Diagnostics and hints, which come by themselves."""
