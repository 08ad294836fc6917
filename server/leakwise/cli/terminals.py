"""What the terminal can show, as its environment tells: colours, and links behind words.

`cache.again` asks it too, so that nothing is imported here that takes long to load.
"""

from __future__ import annotations

import os

COLOURS = ("NO_COLOR", "FORCE_COLOR", "TERM")
"""Variables of the environment that decide about colours: https://no-color.org and
https://force-color.org"""

LINKS = (
    "FORCE_HYPERLINK",
    "TERM",
    "TERM_PROGRAM",
    "COLORTERM",
    "DOMTERM",
    "KONSOLE_VERSION",
    "VTE_VERSION",
    "WT_SESSION",
)
"""Variables of the environment that decide about links, of which terminals set most to be known."""

_PROGRAMS = frozenset({"Hyper", "WezTerm", "ghostty", "iTerm.app", "terminology", "vscode"})
_TERMINALS = ("alacritty", "foot", "xterm-ghostty", "xterm-kitty")
_LINK, _END = "\x1b]8;;", "\x1b\\"
"""What stands before an address, and behind it."""


def has_colours(is_terminal: bool) -> bool:
    """Whether what is printed is to be coloured, where that `is_terminal` or not."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal and os.environ.get("TERM") != "dumb"


def has_links(is_terminal: bool) -> bool:
    """Whether words are to lead to addresses, where what is printed `is_terminal` or not. Those
    that are not known to have links are given none: some would print the addresses.

    https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda lists those that have.
    """
    known = {name: os.environ.get(name, "") for name in LINKS}
    if known["FORCE_HYPERLINK"]:
        return known["FORCE_HYPERLINK"] != "0"
    if not is_terminal or known["TERM"] == "dumb":
        return False
    version = known["VTE_VERSION"]
    return (
        known["TERM_PROGRAM"] in _PROGRAMS
        or known["TERM"].startswith(_TERMINALS)
        or known["COLORTERM"] == "xfce4-terminal"
        # Version 0.50.0 ends with its first link.
        or (version.isdecimal() and int(version) > 5000)
        or any(known[name] for name in ("DOMTERM", "KONSOLE_VERSION", "WT_SESSION"))
    )


def linked(text: str, address: str) -> str:
    """Words that lead to an address; as they are where that is empty, or no address."""
    if not (address.isascii() and address.isprintable() and address):
        return text
    return f"{_LINK}{address}{_END}{text}{_LINK}{_END}"


def without_links(text: str) -> str:
    """A text without the addresses behind its words."""
    first, *rest = text.split(_LINK)
    return first + "".join(part.partition(_END)[2] for part in rest)
