"""What rules report, and what becomes of it.

A rule yields `Report`s, whose places move with the code and can be kept over edits. The engine
resolves a report into a `Finding`, whose ranges hold for one version of the document.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leakwise.facts import Certainty, Place
from leakwise.rule.severity import Severity
from leakwise.text import Range

if TYPE_CHECKING:
    from leakwise.rule.contract import Rule


@dataclass(frozen=True, slots=True)
class RelatedPlace:
    """A second place that explains a report."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """One leak, at places that move with the code.

    `region` is where the reports of superseded rules give way: the loop or statement that the leak
    is about. `anchors` names further places that the rule's fix needs, `notes` further words.
    """

    rule: "Rule"
    place: Place
    message: str
    severity: Severity
    certainty: Certainty
    region: Place
    related: tuple[RelatedPlace, ...] = ()
    anchors: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Related:
    """A second range that explains a finding."""

    range: Range
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One leak that a rule found in one version of a document."""

    rule: "Rule"
    range: Range
    message: str
    severity: Severity
    certainty: Certainty
    related: tuple[Related, ...] = ()
    anchors: Mapping[str, tuple[Range, ...]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
