"""Markdown as plain text, for clients that show it as it is."""

import re

_FENCE = re.compile(r"^(`{3,})\w*$")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_MARKS = re.compile(r"\*\*|`")


def plain_text(markdown: str) -> str:
    """The text without the marks of Markdown; code is indented."""
    lines: list[str] = []
    fence = ""
    for line in markdown.split("\n"):
        found = _FENCE.match(line)
        if found and (not fence or line == fence):
            fence = "" if fence else found[1]
        elif fence:
            lines.append(f"    {line}".rstrip())
        else:
            text = _LINK.sub(r"\1 (\2)", line.lstrip("#").strip() if line[:1] == "#" else line)
            lines.append(_MARKS.sub("", text))
    return "\n".join(lines)
