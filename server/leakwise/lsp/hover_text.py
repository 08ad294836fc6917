"""What hovering tells: of findings their pages, short first; of a value what is known of it."""

from typing import TYPE_CHECKING

from leakwise.text import Document, Position, Range

if TYPE_CHECKING:
    from leakwise.engine import Analysis
    from leakwise.facts.looking import Seen
    from leakwise.rule import Finding


def of_findings(findings: "list[Finding]", document: Document) -> str:
    """Markdown on the findings at one place: for each its message and the way of the leak, then
    the pages of their rules."""
    from leakwise.pages import page  # It is there once the engine is.

    short = "\n\n".join(_summary(found, document) for found in findings)
    rules = dict.fromkeys(found.rule for found in findings)
    return "\n\n---\n\n".join([short, *(page(rule) for rule in rules)])


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
    text = _code(seen.text)
    sentences = [f"{text} is {words}.", *_places(seen, document)]
    return "\n\n".join(sentences), seen.place.resolve(document.lines)


def _places(seen: "Seen", document: Document) -> list[str]:
    """Since where the value is there, and what keeps it."""
    told: list[str] = []
    origin = seen.value.origin
    if origin is not None:
        span = origin.resolve(document.lines)
        made = " ".join(document.slice(span).split())
        what = "Its graph is made" if seen.value.carries_graph else "It is made"
        told.append(f"{what} in {_line(span, document)}: {_code(made)}.")
    for kept in seen.kept:
        where = _line(kept.place.resolve(document.lines), document)
        told.append(f"{_code(kept.path)} keeps it, from {where} on.")
    return told


def _summary(finding: "Finding", document: Document) -> str:
    way = [f"- {_line(one.range, document)}: {one.message}" for one in finding.related]
    return f"**{finding.message}**" + ("\n\n" + "\n".join(way) if way else "")


def _line(span: Range, document: Document) -> str:
    part, inside = document.located(span)
    number = document.number_of(part)
    line = f"line {inside.start.line + 1}"
    return line if number is None else f"cell {number}, {line}"


def _code(text: str, longest: int = 80) -> str:
    short = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return f"`{short}`" if "`" not in short else f"`` {short} ``"
