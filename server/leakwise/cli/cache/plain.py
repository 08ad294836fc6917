"""Findings as JSON has them, and back."""

from typing import Any

from leakwise.cli.shown import ShownEdit, ShownFinding, ShownFix, ShownPlace
from leakwise.fixing import Applicability
from leakwise.rule import Severity
from leakwise.text import Position, Range


def plain_finding(finding: ShownFinding) -> list[Any]:
    """The JSON form of a finding."""
    fix = finding.fix
    return [
        finding.code,
        finding.name,
        finding.url,
        str(finding.severity),
        _plain_place(finding.place),
        [_plain_place(one) for one in finding.related],
        None
        if fix is None
        else [
            fix.title,
            str(fix.applicability),
            [[*_plain_range(one.range), one.text, one.cell] for one in fix.edits],
        ],
        finding.occurrence,
    ]


def shown_finding(data: Any) -> ShownFinding:
    """The finding that a JSON form stands for.

    Raises:
        ValueError: it stands for none.
    """
    match data:
        case [
            str(code),
            str(name),
            str(url),
            str(severity),
            place,
            list(related),
            fix,
            int(occurrence),
        ]:
            return ShownFinding(
                code,
                name,
                url,
                Severity(severity),
                _place(place),
                tuple(map(_place, related)),
                None if fix is None else _fix(fix),
                occurrence,
            )
    raise ValueError("no finding")


def _plain_range(span: Range) -> list[int]:
    return [span.start.line, span.start.column, span.end.line, span.end.column]


def _plain_place(place: ShownPlace) -> list[Any]:
    return [*_plain_range(place.range), place.message, place.line, place.cell]


def _place(data: Any) -> ShownPlace:
    match data:
        case [int(), int(), int(), int(), str(message), str(line), int() | None as cell]:
            return ShownPlace(_range(data), message, line, cell)
    raise ValueError("no place")


def _range(data: list[Any]) -> Range:
    return Range(Position(data[0], data[1]), Position(data[2], data[3]))


def _fix(data: Any) -> ShownFix:
    match data:
        case [str(title), str(applicability), list(edits)]:
            return ShownFix(title, Applicability(applicability), tuple(map(_edit, edits)))
    raise ValueError("no fix")


def _edit(data: Any) -> ShownEdit:
    match data:
        case [int(), int(), int(), int(), str(text), int() | None as cell]:
            return ShownEdit(_range(data), text, cell)
    raise ValueError("no edit")
