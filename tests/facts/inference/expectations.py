"""Reads what the programs in `cases` and `projects` say of their own values.

A comment beside a statement, or on a line of its own above it, states what the statement gives:

    loss = criterion(net(x), y)  #? Tensor attached scalar
    #? hits: Tensor detached; self.model: Module
    hits = pred.eq(y).sum()

Without a name that is the value of the first target, or of the expression that the statement is.
With one it is what that expression gives behind the statement, behind the header of a compound
one. Several are separated by `;`. `#? unreached` stands where the interpreter does not come.

The notation is what `leakwise debug values` prints: see `leakwise.facts.terms.describing`. A name
of what it is, a constant, a device, a dtype and how sure it is count only where they are stated.

`#?!` states what is known to be missed: it must not hold yet. Once it does, it becomes `#?`.
"""

import io
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path

from leakwise.facts import ModuleFacts, describe
from leakwise.facts.interpreter.trace import Traced, trace
from leakwise.sources import read_document

_MARK = re.compile(r"#\?(!?)\s*(.*)")
_WORD = re.compile(r"[^\s(),{}]+")
_OPENING, _CLOSING = "([{", ")]}"


@dataclass(frozen=True)
class Expectation:
    """One stated value. `line` is zero-based; `missed` where it is known not to hold."""

    line: int
    name: str | None
    wanted: str
    missed: bool


def expectations(path: Path) -> list[Expectation]:
    """All that a program states, in order."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        mark = _MARK.match(token.string) if token.type == tokenize.COMMENT else None
        if mark is None:
            continue
        line = token.start[0] - 1
        if lines[line].lstrip().startswith("#"):
            while not lines[line].strip() or lines[line].lstrip().startswith("#"):
                line += 1
        for part in _split(mark[2], ";"):
            name, *value = _split(part, ":", most=1)
            wanted = value[0] if value else name
            found.append(Expectation(line, name if value else None, wanted, bool(mark[1])))
    return found


def disappointments(path: Path) -> list[str]:
    """What a program states that is not so, each with its line and what is found."""
    stated = expectations(path)
    asked: dict[int, list[str]] = {}
    for one in stated:
        if one.name is not None:
            asked.setdefault(one.line, []).append(one.name)
    traced = trace(ModuleFacts(read_document(path)), asked)
    wrong = []
    for one in stated:
        found = _found(one, traced)
        if (found == one.wanted) is one.missed:
            about = "" if one.name is None else f"{one.name}: "
            but = "which was known to be missed" if one.missed else f"not {one.wanted}"
            wrong.append(f"line {one.line + 1}: {about}{found}, {but}")
    return wrong


def _found(one: Expectation, traced: list[Traced]) -> str:
    here = [each for each in traced if each.line <= one.line <= each.end_line]
    if one.name is not None:
        here = [each for each in here if each.text == one.name]
    if not here:
        return "unreached"
    innermost = max(here, key=lambda each: (each.line, -each.end_line))
    found = next(each for each in here if each.line == innermost.line)
    return describe(found.value, frozenset(_WORD.findall(one.wanted)))


def _split(text: str, separator: str, most: int = -1) -> list[str]:
    """The parts of a text between separators that stand in no bracket or quotes."""
    parts, depth, quote = [""], 0, ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        else:
            depth += (char in _OPENING) - (char in _CLOSING)
            if char == separator and not depth and most != len(parts) - 1:
                parts.append("")
                continue
        parts[-1] += char
    return [part.strip() for part in parts]
