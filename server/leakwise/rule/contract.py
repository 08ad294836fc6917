"""Base class of rules."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import ClassVar

from leakwise.facts import BodyFacts, Certainty, Place
from leakwise.fixing import Fix, FixContext
from leakwise.rule.categories import GeneralSmell, RootCause
from leakwise.rule.documentation import Example, Link, Negative, Practice
from leakwise.rule.findings import Finding, RelatedPlace, Report
from leakwise.rule.severity import Severity


class Rule(ABC):
    """One leak smell. A subclass's docstring is its page, and the first line of it its title."""

    code: ClassVar[str]
    name: ClassVar[str]
    message: ClassVar[str]
    severity: ClassVar[Severity]
    since: ClassVar[str]
    root_cause: ClassVar[RootCause | None]
    general_smell: ClassVar[GeneralSmell | None]
    practices: ClassVar[tuple[Practice, ...]]
    links: ClassVar[tuple[Link, ...]]
    examples: ClassVar[tuple[Example, ...]]
    negatives: ClassVar[tuple[Negative, ...]]
    supersedes: ClassVar[tuple[str, ...]] = ()
    """Codes of rules whose reports give way in the region of one of this rule's reports."""
    akin: ClassVar[tuple[str, ...]] = ()
    """Codes of rules that find the same smell in another framework: the pages of both name each
    other."""
    finds_unnecessary: ClassVar[bool] = False
    """Whether what it finds can go without a change of what the program does: editors fade it
    out."""

    @abstractmethod
    def check(self, body: BodyFacts) -> Iterator[Report]:
        """Finds every occurrence in one body: a function, or the statements of a module."""

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        """The repairs of a finding of this rule, the preferred one first; none when unsure."""
        return iter(())

    def report(
        self,
        place: Place,
        *related: RelatedPlace,
        certainty: Certainty,
        severity: Severity | None = None,
        region: Place | None = None,
        anchors: Mapping[str, tuple[Place, ...]] | None = None,
        notes: Mapping[str, str] | None = None,
        **parts: str,
    ) -> Report:
        """A report with the rule's message filled in. `region` is where superseded rules give way:
        the place itself where nothing is given."""
        return Report(
            self,
            place,
            self.message.format(**parts),
            severity or self.severity,
            certainty,
            region or place,
            related,
            anchors or {},
            notes or {},
        )

    @classmethod
    def page(cls) -> str:
        """The prose of the rule's page, Markdown: its title, then the sections."""
        return inspect.getdoc(cls) or ""
