"""Turns reports, whose places move with the code, into findings of one version."""

from collections.abc import Iterable

from leakwise.facts import Certainty
from leakwise.rule import Finding, Related, Report

_ORDER = {Certainty.SURE: 0, Certainty.LIKELY: 1, Certainty.POSSIBLE: 2}


def published(
    reports: Iterable[Report], lines: list[str], minimum_certainty: Certainty
) -> list[Finding]:
    """The findings to show, in order of their ranges: sure enough, and not on a half-typed
    statement."""
    findings = [
        _finding(report, lines)
        for report in reports
        if _ORDER[report.certainty] <= _ORDER[minimum_certainty] and not report.place.rests()
    ]
    findings.sort(key=lambda finding: (finding.range, finding.rule.code))
    return findings


def _finding(report: Report, lines: list[str]) -> Finding:
    return Finding(
        report.rule,
        report.place.resolve(lines),
        report.message,
        report.severity,
        report.certainty,
        tuple(Related(one.place.resolve(lines), one.message) for one in report.related),
        {
            name: tuple(one.resolve(lines) for one in places)
            for name, places in report.anchors.items()
        },
        report.notes,
    )
