"""The concrete syntax of a few lines: parentheses and strings, which `ast` does not show."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakwise.fixing.layout import depth, newline
from leakwise.text import Document, Position, Range

if TYPE_CHECKING:
    from libcst import CSTNode
    from libcst.metadata import CodeRange


@dataclass(frozen=True, slots=True)
class Expression:
    """What an edit needs to know of an expression."""

    kind: str
    """The name of its libcst class."""
    range: Range
    """Where it stands, without parentheses around it."""
    closing: Position | None
    """Right behind the code in its innermost parentheses, when it has some of its own."""


def expressions(document: Document, first: int, end: int) -> Iterator[Expression] | None:
    """The expressions in the lines `first` up to `end`; None when they do not round-trip."""
    nodes = _nodes(document, first, end)
    return None if nodes is None else _expressions(nodes)


def lines_inside_strings(document: Document, first: int, end: int) -> frozenset[int] | None:
    """The lines of `first` up to `end` that start inside a string, whose text must not move.

    None when the lines do not round-trip.
    """
    lines = document.lines[first:end]
    if not _may_hold_long_strings(lines):
        return frozenset()
    nodes = _nodes(document, first, end)
    if nodes is None:
        return None
    inside: set[int] = set()
    for node, span in nodes:
        if type(node).__name__ in ("SimpleString", "FormattedString", "TemplatedString"):
            inside.update(range(span.start.line + 1, span.end.line + 1))
    return frozenset(inside)


def _may_hold_long_strings(lines: Sequence[str]) -> bool:
    return any(
        '"""' in line or "'''" in line or line.rstrip("\r\n").endswith("\\") for line in lines
    )


def _expressions(nodes: list[tuple["CSTNode", Range]]) -> Iterator[Expression]:
    from libcst import BaseExpression, RightParen

    ends = {id(node): span.end for node, span in nodes if isinstance(node, RightParen)}
    for node, span in nodes:
        if isinstance(node, BaseExpression):
            closing = ends.get(id(node.rpar[0])) if node.rpar else None
            yield Expression(type(node).__name__, span, closing)


def _nodes(document: Document, first: int, end: int) -> list[tuple["CSTNode", Range]] | None:
    from libcst import ParserSyntaxError, parse_module
    from libcst.metadata import MetadataWrapper, PositionProvider

    lines = document.lines[first:end]
    indented = depth(lines[0]) > 0
    head = f"if 1:{newline(document, first)}" if indented else ""
    # libcst 1.9 loses a lone `\r` at the end.
    text = head + "".join(lines).rstrip("\r\n")
    try:
        module = parse_module(text)
        if module.code != text:
            return None
        found = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    except (ParserSyntaxError, RecursionError, UnicodeError, ValueError):
        return None
    offset = first - 1 - indented
    return [(node, _range(span, offset)) for node, span in found.items()]


def _range(span: "CodeRange", offset: int) -> Range:
    return Range.of(
        span.start.line + offset, span.start.column, span.end.line + offset, span.end.column
    )
