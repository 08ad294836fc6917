"""Making any lines parse by blanking the statements that do not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from leakwise.syntax.layout import indentation, is_code
from leakwise.syntax.lexical import Chunk, chunks, header_end, likenesses, open_brackets
from leakwise.syntax.parsing import SyntaxProblem, parse_lines

_JOINED = 20
"""How many pieces that do not parse alone are joined at most."""
_CASE = re.compile(r"\s*case\b(?!\s*[=.,)\]])")
_AROUND = {
    "else": ("if 1:\n 1\n", ""),
    "elif": ("if 1:\n 1\n", ""),
    "except": ("try:\n 1\n", ""),
    "finally": ("try:\n 1\n", ""),
    "try": ("", "finally:\n 1\n"),
    "case": ("match _:\n ", ""),
}


MOST_LEVELS = 100
"""Python reads no suite that is deeper."""


@dataclass(slots=True)
class Mended:
    """As many lines as were given, of which those in `spans` (first, count) were replaced."""

    lines: list[str]
    spans: list[tuple[int, int]]
    problems: list[SyntaxProblem]


def mend(lines: Sequence[str], indent: str) -> Mended:
    """Lines that parse as a suite at `indent`, with what does not parse replaced by `pass`.

    There is at least one statement in them. The work is about proportional to the lines, times the
    depth at which they are broken.
    """
    mended = Mended([_readable(line) for line in lines], [], [])
    _mend_suite(mended, 0, len(lines), indent, 0)
    whole = Chunk(0, len(lines))
    if not any(map(is_code, mended.lines)):
        mended.lines[-1] = indent + "pass"
        mended.spans.append((len(lines) - 1, 1))
    if isinstance(parse_lines(mended.lines, indent), SyntaxProblem):
        _blank(mended, whole, indent)
        mended.lines[:] = [line if is_code(line) else "\n" for line in mended.lines]
    mended.spans.sort()
    return mended


def _readable(line: str) -> str:
    """A line whose comment has no NUL, which Python reads nowhere."""
    return "\n" if "\0" in line and line.lstrip(" \t\f").startswith("#") else line


def _mend_suite(mended: Mended, low: int, high: int, indent: str, level: int) -> None:
    if level > MOST_LEVELS:
        _blank(mended, Chunk(low, high), indent)
        return
    found = list(chunks(mended.lines, low, high, indent))
    position = 0
    while position < len(found):
        chunk = found[position]
        position += 1
        problem = _problem(mended, chunk, indent)
        if problem is None:
            continue
        last = _closed(mended.lines, found, position - 1)
        if (
            last is not None
            and _problem(mended, Chunk(chunk.start, found[last].end), indent) is None
        ):
            position = last + 1
            continue
        mended.problems.append(SyntaxProblem(problem.line + chunk.start, problem.message))
        _mend_statement(mended, chunk, indent, level)


def _closed(lines: Sequence[str], found: Sequence[Chunk], position: int) -> int | None:
    """The chunk in which the brackets are closed that one leaves open, if that is near."""
    depth = 0
    for index in range(position, min(position + _JOINED, len(found))):
        depth += open_brackets("".join(lines[found[index].start : found[index].end]))
        if depth <= 0:
            return index if index > position else None
    return None


def _problem(mended: Mended, chunk: Chunk, indent: str) -> SyntaxProblem | None:
    lines = mended.lines[chunk.start : chunk.end]
    first = next(filter(is_code, lines), "")
    if indentation(first) != indent:
        return SyntaxProblem(0, "unexpected indent")
    if indent and _CASE.match(first):
        parsed = parse_lines(["match _:\n", *lines])
    else:
        parsed = parse_lines(lines, indent)
    return parsed if isinstance(parsed, SyntaxProblem) else None


def _mend_statement(mended: Mended, chunk: Chunk, indent: str, level: int) -> None:
    """Mends a statement that does not parse: its suites, then its headers, else blanks it."""
    lines = mended.lines
    spans = len(mended.spans)
    headers: list[tuple[int, int]] = []
    position = chunk.start
    while position < chunk.end:
        end = header_end(lines, position, chunk.end, indent)
        headers.append((position, end))
        low = position = end
        while position < chunk.end and not _is_header(lines[position], indent):
            position += 1
        inner = next((indentation(line) for line in lines[low:position] if is_code(line)), None)
        if inner is not None:
            _mend_suite(mended, low, position, inner, level + 1)
    if len(headers) > 1 or any(map(is_code, lines[headers[0][1] : chunk.end])):
        if _problem(mended, chunk, indent) is None:
            return
        for low, high in headers:
            _mend_header(mended, low, high, indent)
        if _problem(mended, chunk, indent) is None:
            return
    del mended.spans[spans:]
    _blank(mended, chunk, indent)


def _mend_header(mended: Mended, low: int, high: int, indent: str) -> None:
    """Replaces a header that does not parse by the most like it that does."""
    lines = mended.lines
    for header in ["".join(lines[low:high]), *likenesses(lines[low:high], indent)]:
        if _is_sound(header, indent):
            if header != "".join(lines[low:high]):
                lines[low:high] = [header, *["\n"] * (high - low - 1)]
                mended.spans.append((low, high - low))
            return


def _is_header(line: str, indent: str) -> bool:
    return is_code(line) and len(indentation(line)) <= len(indent)


def _is_sound(header: str, indent: str) -> bool:
    """Whether a header parses with a suite of its own."""
    text = header.removeprefix(indent)
    word = re.match(r"\w*", text)
    before, after = _AROUND.get(word[0] if word else "", ("", ""))
    suite = "" if text.endswith(("\r", "\n")) else "\n"
    return not isinstance(parse_lines([before, text, suite, "  1\n", after]), SyntaxProblem)


def _blank(mended: Mended, chunk: Chunk, indent: str) -> None:
    lines = mended.lines
    low, high = chunk.start, chunk.end
    while low < high - 1 and not is_code(lines[low]):
        low += 1
    while high > low + 1 and not is_code(lines[high - 1]):
        high -= 1
    case = indent and _CASE.match(lines[low])
    lines[low] = indent + ("case _: pass\n" if case else "pass\n")
    lines[low + 1 : high] = ["\n"] * (high - low - 1)
    while mended.spans and mended.spans[-1][0] >= low:
        mended.spans.pop()
    mended.spans.append((low, high - low))
