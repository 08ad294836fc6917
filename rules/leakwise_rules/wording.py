"""How rules show code in their messages, and what they read off code that is shown."""


def shown(code: str, width: int = 28) -> str:
    """`code` on one line, cut behind `width` characters so that a message stays one sentence."""
    line = " ".join(code.split())
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def is_attribute(code: str) -> bool:
    """Whether `code` reads what an object holds, `config.name`, which may be anything."""
    return "." in code and all(part.isidentifier() for part in code.split("."))
