"""The contract between rules and everything that runs or shows them."""

from leakwise.facts import Certainty
from leakwise.fixing import Applicability, Fix, FixContext
from leakwise.rule.categories import GeneralSmell, RootCause
from leakwise.rule.contract import Rule
from leakwise.rule.documentation import Example, Link, Negative, Practice
from leakwise.rule.findings import Finding, Related, RelatedPlace, Report, Severity

__all__ = [
    "Applicability",
    "Certainty",
    "Example",
    "Finding",
    "Fix",
    "FixContext",
    "GeneralSmell",
    "Link",
    "Negative",
    "Practice",
    "Related",
    "RelatedPlace",
    "Report",
    "RootCause",
    "Rule",
    "Severity",
]
