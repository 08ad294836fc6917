"""Where a key of a TOML text stands; the reader of Python's library does not tell."""

import re
from collections.abc import Sequence
from typing import Any

from leakwise.text import Position, Range


def locate(text: str, keys: Sequence[str], value: str | None = None) -> Range:
    """The place of the key that is reached by `keys`, or of the string `value` in what it is given.

    The table that holds the key where the key itself is not found; the start of the text at last.
    """
    lines = text.split("\n")
    for depth in range(len(keys), 0, -1):
        found = _line_of(lines, keys[:depth])
        if found is not None:
            first, last = found
            if value is not None and depth == len(keys):
                place = _string(lines, first, last, value)
                if place is not None:
                    return place
            return _word(lines[first], first, keys[depth - 1])
    return _whole(lines[0], 0)


def syntax_error(text: str, error: Exception) -> tuple[str, Range]:
    """What an error of the TOML reader says, and its place."""
    said = re.match(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error), re.S)
    lines = text.split("\n")
    if said is None:
        return str(error) or type(error).__name__, _whole(lines[0], 0)
    if said[2] is None:
        last = max(0, len(lines) - 1)
        return said[1], Range(Position(last, 0), Position(last, len(lines[last])))
    line = min(int(said[2]) - 1, len(lines) - 1)
    column = min(int(said[3]) - 1, len(lines[line]))
    return said[1], Range(Position(line, column), Position(line, len(lines[line].rstrip("\r"))))


def _line_of(lines: list[str], keys: Sequence[str]) -> tuple[int, int] | None:
    """The first and the last line of what sets a key: before the first the text does not hold it,
    after the last it does."""
    word = re.compile(rf"(?<![\w-]){re.escape(keys[-1])}(?![\w-])")
    for first, line in enumerate(lines):
        if not word.search(line) or _holds(lines[:first], keys):
            continue
        for last in range(first, len(lines)):
            held = _holds(lines[: last + 1], keys)
            if held:
                return first, last
            if held is False:
                break
    return None


def _holds(lines: Sequence[str], keys: Sequence[str]) -> bool | None:
    """Whether a text holds a key; None where it does not parse."""
    import tomllib

    try:
        table: Any = tomllib.loads("\n".join(lines))
    except (ValueError, RecursionError):
        return None
    for key in keys:
        if not isinstance(table, dict) or key not in table:
            return False
        table = table[key]
    return True


def _string(lines: list[str], first: int, last: int, value: str) -> Range | None:
    for line in range(first, last + 1):
        for quote in ('"', "'"):
            column = lines[line].find(f"{quote}{value}{quote}")
            if column >= 0:
                return Range(Position(line, column), Position(line, column + len(value) + 2))
    return None


def _word(line: str, number: int, key: str) -> Range:
    found = re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", line)
    if found is None:
        return _whole(line, number)
    return Range(Position(number, found.start()), Position(number, found.end()))


def _whole(line: str, number: int) -> Range:
    return Range(Position(number, 0), Position(number, len(line.rstrip("\r"))))
