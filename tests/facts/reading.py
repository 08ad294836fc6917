"""Reads facts out of short programs."""

import textwrap

from leakwise.facts import BodyFacts, ModuleFacts, Value
from leakwise.text import Document


def bodies(code: str) -> dict[str, BodyFacts]:
    """The facts of every body of a program, by its dotted name; the module's own is ``."""
    module = ModuleFacts(document(code))
    return {one.qualified: module.facts(one) for one in module.new_bodies()}


def document(code: str) -> Document:
    return Document.from_text("file:///program.py", textwrap.dedent(code).lstrip("\n"))


def described(value: Value) -> str:
    """A value in a few words: its kind, its graph where it is a tensor, `scalar`, `likely`."""
    words = [str(value.kind)]
    if value.is_tensor:
        words.append(value.graph.name.lower())
        if value.scalar:
            words.append("scalar")
    if value.certainty != "sure":
        words.append(str(value.certainty))
    return " ".join(words)


def indented(code: str) -> str:
    """A program's part as the body of a function."""
    return textwrap.indent(textwrap.dedent(code).strip("\n"), "    ") + "\n"
