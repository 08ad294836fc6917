"""What a suppression comment says."""

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache

from leakwise.text import Range

WORD = "leakwise"
"""Stands in every line with such a comment."""

_COMMENT = re.compile(
    r"#[ \t]*leakwise[ \t]*:[ \t]*(?P<what>[\w-]+)"
    r"(?P<list>[ \t]*\[(?P<names>[^\]#]*)(?P<end>\])?)?"
)
_IGNORE = "ignore"
_SKIP = "skip-file"
_BEHIND_CODE = "`skip-file` counts on a line of its own only"


@dataclass(frozen=True, slots=True)
class Named:
    """A selector in a comment and its range."""

    text: str
    range: Range


@dataclass(frozen=True, slots=True)
class SuppressionComment:
    """A comment of one line: all rules, or those that it names. `range` has all of it with its
    reason; `misspelt` says what is wrong with it as a whole."""

    range: Range
    names: tuple[Named, ...] | None = None
    skips_file: bool = False
    misspelt: str | None = None
    reason: str = ""


@lru_cache(maxsize=1024)
def comment_of(line: str, number: int, column: int) -> SuppressionComment | None:
    """The suppression comment in the comment that begins at `column` of a line."""
    found = _COMMENT.search(line, column)
    if found is None:
        return None
    text = line.rstrip("\r\n")
    behind = text.find("#", found.end())
    end = len(text[: len(text) if behind < 0 else behind].rstrip())
    whole = Range.of(number, found.start(), number, end)
    reason = text[found.end() : end].strip()
    what = found["what"]
    if what == _SKIP and found["list"] is None:
        # Behind code it would be taken for the line's.
        if text[: found.start()].strip(" \t\f\ufeff"):
            return SuppressionComment(
                whole, misspelt="`skip-file` counts on a line of its own only"
            )
        return SuppressionComment(whole, skips_file=True, reason=reason)
    if what != _IGNORE:
        near = difflib.get_close_matches(what, (_IGNORE, _SKIP), n=1, cutoff=0.6)
        if not near and found["list"] is None:
            return None
        hint = near[0] if near else _IGNORE
        return SuppressionComment(whole, misspelt=f"there is no `{what}` - did you mean `{hint}`?")
    if found["list"] is None:
        return SuppressionComment(whole, reason=reason)
    if found["end"] is None:
        return SuppressionComment(whole, misspelt="its bracket is not closed")
    names = tuple(
        Named(one[0], Range.of(number, start, number, start + len(one[0])))
        for one in re.finditer(r"[^,\s][^,]*(?<!\s)", found["names"])
        for start in (found.start("names") + one.start(),)
    )
    if not names:
        return SuppressionComment(whole, misspelt="it names no rule")
    return SuppressionComment(whole, names, reason=reason)
