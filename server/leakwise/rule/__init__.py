"""The contract between rules and everything that runs or shows them."""

from typing import TYPE_CHECKING

from leakwise.lazily import lazily

if TYPE_CHECKING:
    from leakwise.facts.terms.certainty import Certainty
    from leakwise.fixing.context import FixContext
    from leakwise.fixing.fixes import Applicability, Fix
    from leakwise.rule.categories import GeneralSmell, RootCause
    from leakwise.rule.contract import Rule
    from leakwise.rule.documentation import Example, Link, Negative, Practice
    from leakwise.rule.findings import Finding, Related, RelatedPlace, Report
    from leakwise.rule.severity import Severity
else:
    __getattr__ = lazily(
        __name__,
        {
            "leakwise.facts.terms.certainty": "Certainty",
            "leakwise.fixing.context": "FixContext",
            "leakwise.fixing.fixes": "Applicability Fix",
            "leakwise.rule.categories": "GeneralSmell RootCause",
            "leakwise.rule.contract": "Rule",
            "leakwise.rule.documentation": "Example Link Negative Practice",
            "leakwise.rule.findings": "Finding Related RelatedPlace Report",
            "leakwise.rule.severity": "Severity",
        },
    )

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
