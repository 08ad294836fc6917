"""How a document is laid out: indentation, line endings, which lines hold code.

Everything here reads lines, not syntax, so that it works in files that do not parse.
"""

import re

from leakwise.text import Document, Edit, Position, Range

_LEADING = re.compile(r"[ \t\f]*")
_BLOCK_HEAD = re.compile(
    r"[ \t\f]*(?:async\s+)?"
    r"(?:if|elif|else|for|while|try|except|finally|with|def|class|match|case)\b"
)
_CLAUSE = re.compile(r"[ \t\f]*(?:elif|else|except|finally)\b")
_COLON_END = re.compile(r":\s*(?:#.*)?$")
_BRACKETED_END = re.compile(r"[)\]}].*:\s*(?:#.*)?$")
_FALLBACK_UNIT = "    "


def indentation(line: str) -> str:
    """The whitespace that `line` starts with; empty for a blank line's terminator alone."""
    found = _LEADING.match(line)
    return found.group() if found else ""


def depth(line: str) -> int:
    """The column that `line`'s indentation reaches, tabs and form feeds counted as Python does."""
    return len(indentation(line).rpartition("\f")[2].expandtabs(8))


def holds_code(line: str) -> bool:
    """Whether `line` is neither blank nor a comment alone."""
    stripped = line.strip()
    return bool(stripped) and not stripped.startswith("#")


def is_comment(line: str) -> bool:
    """Whether `line` is a comment alone."""
    return line.lstrip().startswith("#")


def continues_compound(line: str) -> bool:
    """Whether `line` starts a clause that belongs to the statement above it."""
    return _CLAUSE.match(line) is not None


def next_code(document: Document, line: int) -> int | None:
    """The first line of code at `line` or below; None when there is none."""
    for number in range(line, len(document.lines)):
        if holds_code(document.lines[number]):
            return number
    return None


def suite_start(document: Document, line: int) -> int | None:
    """The first line of the suite that `line` seems to be a statement of.

    A line that is not indented is given back itself. None when the nearest less indented line
    above does not head a block, so that `line` is rather the inside of a bracket or a string.
    """
    own = depth(document.lines[line])
    if own == 0:
        return line
    for number in range(line - 1, -1, -1):
        above = document.lines[number]
        if not holds_code(above) or depth(above) >= own:
            continue
        if _BLOCK_HEAD.match(above):
            ends = (k for k in range(number, line) if _COLON_END.search(document.lines[k]))
            end = next(ends, None if _goes_on(above) else number)
            return None if end is None else end + 1
        return number + 1 if _BRACKETED_END.search(above) else None
    return None


def _goes_on(head: str) -> bool:
    """Whether the next line may still belong to `head`, rather than its colon be missing."""
    opened = sum(map(head.count, "([{")) - sum(map(head.count, ")]}"))
    return opened > 0 or head.rstrip().endswith(("\\", ","))


def newline(document: Document, line: int) -> str:
    """The line ending in use at `line`: its own, else the nearest above, else `\\n`."""
    for number in range(min(line, len(document.lines) - 1), -1, -1):
        text = document.lines[number]
        if text.endswith("\r\n"):
            return "\r\n"
        if text.endswith(("\r", "\n")):
            return text[-1]
    return "\n"


def indentation_unit(document: Document, line: int) -> str:
    """What one level of indentation adds near `line`: nearest block above, else below, else
    four spaces."""
    above = range(min(line, len(document.lines) - 1), -1, -1)
    below = range(line + 1, len(document.lines))
    for number in (*above, *below):
        unit = _unit_of_block(document, number)
        if unit:
            return unit
    return _FALLBACK_UNIT


def _unit_of_block(document: Document, head: int) -> str:
    lines = document.lines
    if not (_BLOCK_HEAD.match(lines[head]) and _COLON_END.search(lines[head])):
        return ""
    body = next_code(document, head + 1)
    if body is None:
        return ""
    outer, inner = indentation(lines[head]), indentation(lines[body])
    return inner.removeprefix(outer) if inner.startswith(outer) else ""


def insertion(line: int, column: int, text: str) -> Edit:
    """An edit that puts `text` in front of what stands at the position."""
    position = Position(line, column)
    return Edit(Range(position, position), text)


def trimmed(document: Document, span: Range) -> Range:
    """`span` clamped to the document, without the whitespace at its ends."""
    start, end = document.clamp(span.start), document.clamp(span.end)
    if end < start:
        start, end = end, start
    while start < end and _after_is_space(document, start):
        start = _following(document, start)
    while start < end and _before_is_space(document, end):
        end = _preceding(document, end)
    return Range(start, end)


def _after_is_space(document: Document, position: Position) -> bool:
    rest = document.lines[position.line][position.column :]
    return not rest or rest[0].isspace()


def _before_is_space(document: Document, position: Position) -> bool:
    head = document.lines[position.line][: position.column]
    return not head or head[-1].isspace()


def _following(document: Document, position: Position) -> Position:
    following = document.clamp(Position(position.line, position.column + 1))
    return Position(position.line + 1, 0) if following == position else following


def _preceding(document: Document, position: Position) -> Position:
    if position.column:
        return Position(position.line, position.column - 1)
    return document.clamp(Position(position.line - 1, len(document.lines[position.line - 1])))
