"""LG100 declared-resource-never-released: the rule about resources that settings declare."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts
from leakwise.facts.apis.told import NOUN
from leakwise.rule import (
    Applicability,
    Finding,
    Fix,
    FixContext,
    GeneralSmell,
    Report,
    RootCause,
    Rule,
    Severity,
)
from leakwise_rules.releases import leak_path, lost, repeated
from leakwise_rules.wording import shown


class DeclaredResourceNeverReleased(Rule):
    """A resource that the settings declare is made and never released.

    ## Why it leaks

    `knowledge.resources` names classes and functions that give something which must be released,
    and the method that does so. What is made in a loop or function and not released there, nor
    given to anybody who may do so, stays.

    ## Best practice

    Release it on every path: in a `with` block where it is a context manager, else in `finally`.

    ## When it is not a leak

    A resource that is returned, stored where a class closes it, handed to another function, or
    entered by `with` or an `ExitStack`. One that a script makes once leaks no more than itself: an
    information only.
    """

    code = "LG100"
    name = "declared-resource-never-released"
    message = "What `{callee}` makes is {released}: call `{close}()` on every path."
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.UNRELEASED_HANDLE
    general_smell = GeneralSmell.OPEN_WITHOUT_CLOSE
    practices = links = examples = negatives = ()

    def check(self, body: BodyFacts) -> Iterator[Report]:
        """What one body takes and nobody is left to release."""
        for taken, fate in lost(body, NOUN):
            again, loop = repeated(body, taken)
            close = min(taken.resource.release)
            alone = taken.bound_to is not None and taken.bound_to.isidentifier()
            in_loop = loop is not None and taken.loops[-1] == loop and alone
            yield self.report(
                taken.place,
                *leak_path(body, taken, loop),
                certainty=taken.what.certainty,
                severity=None if again else Severity.INFORMATION,
                anchors={"loop": (loop.place,) if loop is not None and in_loop else ()},
                notes={"call": f"{taken.bound_to}.{close}()"},
                callee=shown(taken.callee),
                released="not released on every path" if fate.release else "never released",
                close=close,
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        """The release at the end of a loop's body, for what is made in it."""
        for loop in finding.anchors["loop"]:
            if edits := context.append_last(loop, finding.notes["call"]):
                yield Fix("Release it at the end of each iteration", edits, Applicability.UNSAFE)


DECLARED_RESOURCES = DeclaredResourceNeverReleased()
