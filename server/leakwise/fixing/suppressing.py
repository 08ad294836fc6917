"""Comments that suppress findings, put where they count: `# leakwise: ignore[name]` on a line,
`# leakwise: skip-file` at the top of a file."""

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from leakwise.fixing.layout import insertion, newline
from leakwise.fixing.statements import run_at
from leakwise.fixing.windows import Extent, windows
from leakwise.text import Document, Edit, Position, Range
from leakwise.text.document import line_width

_IGNORE = re.compile(r"#\s*leakwise:\s*ignore\b(?P<list>\s*\[(?P<names>[^\]]*)\])?")
_SKIP = "# leakwise: skip-file"
_CODING = re.compile(r"[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+")
_STRING_STARTS = ("FSTRING_START", "TSTRING_START")
_STRING_ENDS = ("FSTRING_END", "TSTRING_END")


def ignored_on_line(document: Document, place: Range, name: str, reason: str = "") -> Edit | None:
    """The edit after which findings of the rule called `name` at `place` are suppressed, for a
    `reason` of one line without `#`.

    The comment goes on the line where the place starts, or on the first line of its statement where
    that line ends in a string or a backslash; a comment of ours that stands there gets the name
    too, and keeps its own reason. None when no comment can stand there, or one suppresses it
    already.
    """
    start = document.clamp(place.start)
    layout = _layout(document, start)
    for line in layout.lines:
        column = layout.comments.get(line)
        found = None if column is None else _IGNORE.search(document.lines[line], column)
        if found is None:
            continue
        names = [one.strip() for one in (found["names"] or "").split(",") if one.strip()]
        if found["list"] is None or name in names:
            return None
        text = f"[{', '.join([*names, name])}]"
        return Edit(Range.of(line, found.start("list"), line, found.end("list")), text)
    if not layout.lines:
        return None
    line = layout.lines[0]
    width = line_width(document.lines[line])
    code = len(document.lines[line][:width].rstrip())
    text = f"  # leakwise: ignore[{name}] {reason}".rstrip()
    return Edit(Range.of(line, code, line, width), text)


def file_skipped(document: Document) -> Edit:
    """The edit that puts `# leakwise: skip-file` in a line of its own at the top of the file,
    below what only counts there: the interpreter's line and the declared encoding."""
    line = 0
    first = document.lines[0].removeprefix("\ufeff")
    if first.startswith("#!"):
        line = 1
    if line < len(document.lines) and _CODING.match(document.lines[line].removeprefix("\ufeff")):
        line += 1
    if line >= len(document.lines) or (
        line and not document.lines[line - 1].endswith(("\r", "\n"))
    ):
        last = len(document.lines) - 1
        end = line_width(document.lines[last])
        return insertion(last, end, f"{newline(document, last)}{_SKIP}")
    column = 1 if line == 0 and document.lines[0].startswith("\ufeff") else 0
    return insertion(line, column, f"{_SKIP}{newline(document, line)}")


@dataclass(slots=True)
class _Layout:
    """What stands round a place."""

    lines: list[int]
    """The lines on which a comment would count for the place and can stand, the best first."""
    comments: dict[int, int]
    """The columns at which comments begin, by line."""


def _layout(document: Document, place: Position) -> _Layout:
    spot = Range(place, place)
    window = next(windows(document, spot, Extent.HEAD), None)
    text = document.lines[place.line].rstrip("\r\n")
    if window is None:
        # Around code that does not parse only a line without strings over its end is sure.
        plain = not text.endswith("\\") and '"""' not in text and "'''" not in text
        begins = text.find("#")
        comments = {} if begins < 0 else {place.line: begins}
        return _Layout([place.line] if plain else [], comments)
    lines = [place.line]
    if (run := run_at(window, spot)) is not None:
        lines.append(window.start_of(run.statements[0]).line)
    closed: set[int] = set()
    comments = {}
    held = document.lines[window.first : window.end]
    for first, last, token in _tokens(held):
        if token.type == tokenize.COMMENT:
            comments[window.first + first] = token.start[1]
        else:
            closed.update(range(window.first + first, window.first + last))
    closed.update(
        window.first + number
        for number, line in enumerate(held)
        if line.rstrip("\r\n").endswith("\\") and window.first + number not in comments
    )
    return _Layout([one for one in dict.fromkeys(lines) if one not in closed], comments)


def _tokens(lines: list[str]) -> Iterator[tuple[int, int, tokenize.TokenInfo]]:
    """The comments and strings of some lines, with the first and the last line of each."""
    begun: list[int] = []
    # What the tokenizer takes for a line's end it must see as one.
    text = "".join(lines).replace("\r\n", "\n").replace("\r", "\n")
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="\n").readline):
            kind = tokenize.tok_name[token.type]
            first, last = token.start[0] - 1, token.end[0] - 1
            if kind in ("STRING", "COMMENT"):
                yield first, last, token
            elif kind in _STRING_STARTS:
                begun.append(first)
            elif kind in _STRING_ENDS and begun:
                yield begun.pop(), last, token
    except (tokenize.TokenError, SyntaxError):
        # The lines were taken from a longer text, and may end inside a block.
        return
