"""Turns reports, whose places move with the code, into findings of one version."""

from collections.abc import Mapping
from dataclasses import dataclass

from leakwise.facts import Certainty, Place
from leakwise.facts.code.definitions import Definition
from leakwise.rule import Finding, Related, Report


@dataclass(slots=True)
class Publication:
    """The findings of one body's reports, and where their blocks stood when they were made."""

    reports: tuple[Report, ...]
    stand: list[object]
    findings: list[Finding]
    resting: list[Finding]


class Publisher:
    """Makes findings of reports, and again only of those whose blocks moved since."""

    def __init__(self, minimum_certainty: Certainty) -> None:
        self.minimum_certainty = minimum_certainty
        self._known: dict[Definition, Publication] = {}

    def shows(self, report: Report) -> bool:
        """Whether a report is sure enough to be shown."""
        return report.certainty.weaker(self.minimum_certainty) is self.minimum_certainty

    def findings(
        self, bodies: Mapping[Definition, tuple[Report, ...]], lines: list[str]
    ) -> list[Finding]:
        """The findings to show, in order of their ranges: sure enough, and not on a half-typed
        statement. `bodies` gives the reports of each body; unmoved ones give the same objects."""
        known: dict[Definition, Publication] = {}
        findings: list[Finding] = []
        for body, reports in bodies.items():
            stand = _stand(reports)
            publication = self._known.get(body)
            if (
                publication is None
                or publication.reports is not reports
                or publication.stand != stand
            ):
                shown: list[Finding] = []
                resting: list[Finding] = []
                for report in reports:
                    if self.shows(report):
                        now = resting if report.place.rests() else shown
                        now.append(_finding(report, lines))
                publication = Publication(reports, stand, shown, resting)
            known[body] = publication
            findings.extend(publication.findings)
        self._known = known
        findings.sort(key=lambda finding: (finding.range, finding.rule.code))
        return findings

    def resting(self) -> list[Finding]:
        """What was left out of the newest findings because its statement is half typed, in no
        order."""
        return [one for publication in self._known.values() for one in publication.resting]


def _stand(reports: tuple[Report, ...]) -> list[object]:
    """Where the blocks of some reports stand, which code they hold, and what is half typed."""
    blocks = dict.fromkeys(place.block for report in reports for place in _places(report))
    return [(block.start, block.revision, block.half_typed) for block in blocks]


def _places(report: Report) -> list[Place]:
    places = [report.place, *[related.place for related in report.related]]
    for anchors in report.anchors.values():
        places += anchors
    return places


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
