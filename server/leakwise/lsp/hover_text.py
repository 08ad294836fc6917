"""What hovering tells: of findings their pages, short first; of a value what is known of it."""

import re
from typing import TYPE_CHECKING

from leakwise.text import Document, Position, Range

if TYPE_CHECKING:
    from leakwise.engine import Analysis
    from leakwise.facts.looking import Seen
    from leakwise.rule import Finding

_BETWEEN = "\n\n---\n\n"
_FENCE = re.compile(r"^`{3,}")


def of_findings(findings: "list[Finding]", document: Document, *, with_messages: bool) -> str:
    """Markdown on the findings at one place: for each, if wanted, its message and the way of the
    leak, then the pages of their rules."""
    from leakwise.pages import page  # It is there once the engine is.

    rules = dict.fromkeys(found.rule for found in findings)
    pages = [_with_small_headings(page(rule)) for rule in rules]
    if not with_messages:
        return _BETWEEN.join(pages)
    short = "\n\n".join(_summary(found, document) for found in findings)
    return _BETWEEN.join([short, *pages])


def of_value(analysis: "Analysis", position: Position) -> tuple[str, Range] | None:
    """Markdown on what is known of the expression at a position, and the expression's range; None
    where that is nothing that Leakwise is about."""
    seen = analysis.seen_at(position)
    if seen is None:
        return None
    from leakwise.facts.terms.telling import told

    words = told(seen.value)
    if words is None:
        return None
    document = analysis.document
    place = seen.place.resolve(document.lines)
    text = _code(_written(place, document))
    sentences = [f"{text} is {words}.", *_places(seen, place, document)]
    return "\n\n".join(sentences), place


def _places(seen: "Seen", place: Range, document: Document) -> list[str]:
    """Since where the value is there, unless that is right here, and what keeps it."""
    told: list[str] = []
    origin = seen.value.origin
    span = None if origin is None else origin.resolve(document.lines)
    if span is not None and span != place:
        what = "Its graph is made" if seen.value.carries_graph else "It is made"
        told.append(f"{what} in {_line(span, document)}: {_code(_written(span, document))}.")
    for kept in seen.kept:
        where = _line(kept.place.resolve(document.lines), document)
        told.append(f"{_code(kept.path)} keeps it, from {where} on.")
    return told


def _with_small_headings(markdown: str) -> str:
    """The same with headings as large as in a hover is room for."""
    lines: list[str] = []
    in_code = False
    for line in markdown.split("\n"):
        in_code ^= _FENCE.match(line) is not None
        lines.append(f"##{line}" if line.startswith("#") and not in_code else line)
    return "\n".join(lines)


def _summary(finding: "Finding", document: Document) -> str:
    way = [f"- {_line(one.range, document)}: {one.message}" for one in finding.related]
    return f"**{finding.message}**" + ("\n\n" + "\n".join(way) if way else "")


def _line(span: Range, document: Document) -> str:
    part, inside = document.located(span)
    number = document.number_of(part)
    line = f"line {inside.start.line + 1}"
    return line if number is None else f"cell {number}, {line}"


def _written(span: Range, document: Document) -> str:
    return " ".join(document.slice(span).split())


def _code(text: str, longest: int = 80) -> str:
    short = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return f"`{short}`" if "`" not in short else f"`` {short} ``"
