"""Where something stands in a document."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A zero-based line and code-point column."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """From `start` up to, not including, `end`."""

    start: Position
    end: Position

    @classmethod
    def of(cls, start_line: int, start_column: int, end_line: int, end_column: int) -> "Range":
        """The range between two zero-based (line, column) pairs."""
        return cls(Position(start_line, start_column), Position(end_line, end_column))

    def contains(self, position: Position) -> bool:
        """Whether `position` lies in the range or right behind it."""
        return self.start <= position <= self.end

    def touches(self, other: "Range") -> bool:
        """Whether the two share a position; ranges that only meet do."""
        return self.start <= other.end and other.start <= self.end


def code_point_column(line: str, byte_column: int) -> int:
    """The code-point column of a UTF-8 byte column of `line`, clamped to the line."""
    if line.isascii():
        return min(byte_column, len(line))
    return len(line.encode("utf-8", "surrogatepass")[:byte_column].decode("utf-8", "ignore"))
