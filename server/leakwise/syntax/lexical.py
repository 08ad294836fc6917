"""What can be told of lines that do not parse: where strings, brackets and statements begin."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leakwise.syntax.layout import indentation, is_code, is_continued

_TOKEN = re.compile(
    r"(?P<triple>\"\"\"|''')"
    r"|\"(?:\\.|[^\"\\\r\n])*\"?|'(?:\\.|[^'\\\r\n])*'?"
    r"|\#[^\r\n]*"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])",
    re.DOTALL,
)
_CLAUSE = re.compile(r"(?:else|elif|except|finally)\b")
_CLOSING = re.compile(r"[)\]}]")
_GENERIC = {
    "else": "else:",
    "elif": "elif 1:",
    "except": "except Exception:",
    "finally": "finally:",
}
_GENERIC |= {"try": "try:", "case": "case _:"}

_NAMED = re.compile(r"^\s*((?:async\s+)?def|class)\s+(\w+)", re.MULTILINE)
_PARAMETERS = re.compile(r"^\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Chunk:
    """The lines from `start` up to `end`, that look like one statement."""

    start: int
    end: int


def open_string(text: str) -> str | None:
    """The quotes of the triple-quoted string that `text` ends inside, if it does."""
    return scanned(text)[0]


def open_brackets(text: str) -> int:
    """How many more brackets `text` opens than it closes."""
    return scanned(text)[1]


def starts_inside(lines: Sequence[str], indent: str) -> bool:
    """Whether lines begin like a part of the statement before them in a suite at `indent`."""
    first = next(filter(is_code, lines), "")
    return indentation(first) != indent or bool(_CLAUSE.match(first.lstrip(" \t\f")))


def closing_line(lines: Sequence[str], following: Sequence[str]) -> int | None:
    """Which of the lines that follow has the end of the string that `lines` end inside."""
    quotes = open_string("".join(lines))
    if quotes is None:
        return None
    return next((at for at, line in enumerate(following) if quotes in line), None)


def ends_open(lines: Sequence[str]) -> bool:
    """Whether the statement behind lines may belong to the last one of them."""
    last = next(filter(is_code, reversed(lines)), "")
    return last.lstrip(" \t\f").startswith("@") or is_continued(last)


def chunks(lines: Sequence[str], low: int, high: int, indent: str) -> Iterator[Chunk]:
    """What looks like the statements of a suite at `indent` in the lines from `low` up to `high`.

    Statements that are half-typed may be cut anywhere, but no others for their sake.
    """
    start = None
    decorated = False
    line = low
    while line < high:
        text = lines[line]
        if is_code(text):
            begins = len(indentation(text)) <= len(indent) and not decorated
            if start is None:
                start = line
            elif begins and not _continues(lines, line):
                yield Chunk(start, line)
                start = line
            decorated = len(indentation(text)) <= len(indent) and text.lstrip(" \t\f")[:1] == "@"
        line = _behind_string(lines, line, high)
    if start is not None:
        yield Chunk(start, high)


def likenesses(lines: Sequence[str], indent: str) -> Iterator[str]:
    """Headers at `indent` that may stand where one that does not parse does, the nearest first."""
    text = "".join(lines)
    named = _NAMED.search(text)
    if named:
        yield text[: named.end()] + _PARAMETERS.sub("", text[named.end() :], count=1)
        yield f"{indent}{named[1]} {named[2]}{'' if named[1] == 'class' else '()'}:\n"
    word = re.match(r"\w*", text.lstrip(" \t\f"))
    yield indent + _GENERIC.get(word[0] if word else "", "if 1:") + "\n"


def header_end(lines: Sequence[str], low: int, high: int, indent: str) -> int:
    """Behind the last line of the header that begins at `low`: where its brackets are closed."""
    depth = 0
    begins = low
    for line in range(low, high):
        depth += open_brackets(lines[line])
        if depth > 0 or is_continued(lines[line]):
            continue
        decorator = lines[begins].lstrip(" \t\f").startswith("@")
        if not decorator or line + 1 == high or indentation(lines[line + 1]) != indent:
            return line + 1
        begins, depth = line + 1, 0
    return low + 1


def _continues(lines: Sequence[str], line: int) -> bool:
    text = lines[line].lstrip(" \t\f")
    if _CLAUSE.match(text) or _CLOSING.match(text):
        return True
    return line > 0 and is_continued(lines[line - 1])


def _behind_string(lines: Sequence[str], line: int, high: int) -> int:
    """The next line; behind a triple-quoted string if one begins in this line and is closed."""
    text = lines[line]
    if '"""' not in text and "'''" not in text:
        return line + 1
    end = line + 1
    while quotes := open_string(text):
        while end < high and quotes not in lines[end]:
            end += 1
        if end >= high:
            return line + 1
        text = lines[end].partition(quotes)[2]
        end += 1
    return end


def scanned(text: str, quotes: str | None = None, depth: int = 0) -> tuple[str | None, int]:
    """The quotes of the triple-quoted string that `text` ends inside, if it does, and how many
    brackets are open there, when it begins inside such a string and so many brackets."""
    position = 0
    if quotes:
        position = _string_end(text, 0, quotes)
        if position < 0:
            return quotes, depth
    while match := _TOKEN.search(text, position):
        position = match.end()
        quotes = match["triple"]
        if quotes:
            position = _string_end(text, position, quotes)
            if position < 0:
                return quotes, depth
        elif match["open"]:
            depth += 1
        elif match["close"]:
            depth -= 1
    return None, depth


def _string_end(text: str, position: int, quotes: str) -> int:
    while (found := text.find(quotes, position)) >= 0:
        before = found
        while before > position and text[before - 1] == "\\":
            before -= 1
        if (found - before) % 2 == 0:
            return found + 3
        position = found + 1
    return -1
