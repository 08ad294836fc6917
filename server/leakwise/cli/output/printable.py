"""Text from analysed files and of file names, made fit to print.

What stands in a file must not steer the terminal: an escape sequence or a bidirectional
override in a source line would otherwise be obeyed.
"""

import unicodedata

_STAND_IN = "\N{REPLACEMENT CHARACTER}"
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def printable(text: str) -> str:
    """`text` with each character that would not show as itself replaced; its length stays."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        _STAND_IN if char != "\t" and unicodedata.category(char) in _UNPRINTABLE else char
        for char in text
    )


def columns(char: str) -> int:
    """The number of terminal columns that `char` takes."""
    if char.isascii():
        return 1
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
