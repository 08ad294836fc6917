"""How long something lives."""

from enum import IntEnum, StrEnum


class Life(IntEnum):
    """How long what is kept somewhere stays, at the least."""

    UNKNOWN = -1
    ITERATION = 0
    """Of the innermost loop."""
    EPOCH = 1
    """Of a loop further out, or until a method that runs once per epoch."""
    CALL = 2
    """Of the function."""
    OBJECT = 3
    PROCESS = 4


class Rhythm(IntEnum):
    """How often a function runs, while a program trains."""

    UNKNOWN = 0
    ONCE = 1
    """Once for each object, or at the start or end of a training."""
    REPEATED = 2
    """In a loop of which no more is known."""
    EPOCH = 3
    STEP = 4
    """For each batch or sample."""


class LimitKind(StrEnum):
    """What keeps a holder from growing for ever."""

    MAXLEN = "maxlen"
    """It drops the oldest by itself: `deque(maxlen=...)`."""
    EMPTIED = "emptied"
    """All goes: `clear()`, `del held[:]`, or something new is assigned."""
    TAKEN = "taken"
    """Some goes: `pop()`, `popleft()`, `remove(x)`, `del held[0]`."""
    TRIMMED = "trimmed"
    """All but some goes: `held = held[-10:]`, `del held[:-10]`."""
    SLOT = "slot"
    """The new takes the place of something old: `held[step % size] = x`."""
