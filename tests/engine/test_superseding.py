"""Of reports that overlap the more specific one is shown, where it is sure enough to be."""

from collections.abc import Iterator

import pytest

from leakwise.engine.analysis import analyze
from leakwise.facts import BodyFacts, Certainty
from leakwise.rule import GeneralSmell, Report, RootCause, Rule, Severity
from leakwise.text import Document


class Loaded(Rule):
    """Something is loaded."""

    code = "TS001"
    name = "loaded"
    message = "Loaded."
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.HIDDEN_REFERENCE
    general_smell = GeneralSmell.NEEDLESS_DUPLICATE
    practices = ()
    links = ()
    examples = ()
    negatives = ()
    certainty = Certainty.SURE

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for site in body.calls_of("torch.load"):
            yield self.report(site.place, certainty=self.certainty)


class LoadedAgain(Loaded):
    """Something is loaded once more."""

    code = "TS002"
    name = "loaded-again"
    supersedes = ("TS001",)

    def __init__(self, certainty: Certainty) -> None:
        self.certainty = certainty


@pytest.mark.parametrize(
    ("certainty", "shown"),
    [
        (Certainty.SURE, ["TS002"]),
        (Certainty.LIKELY, ["TS002"]),
        (Certainty.POSSIBLE, ["TS001"]),
    ],
)
def test_what_is_not_shown_hides_nothing(certainty: Certainty, shown: list[str]) -> None:
    program = Document.from_text("file:///a.py", "import torch\nstate = torch.load('a')\n")
    found = analyze(program, [Loaded(), LoadedAgain(certainty)])
    assert [finding.rule.code for finding in found] == shown
