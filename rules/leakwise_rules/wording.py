"""How rules show code in their messages."""


def shown(code: str, width: int = 28) -> str:
    """`code` on one line, cut behind `width` characters so that a message stays one sentence."""
    line = " ".join(code.split())
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"
