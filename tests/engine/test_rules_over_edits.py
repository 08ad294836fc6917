"""An edit has the rules run on the bodies alone for which something changed."""

from collections.abc import Iterator

from leakwise.engine import Analysis, load_rules
from leakwise.facts import BodyFacts
from leakwise.rule import Report, Rule, Severity
from leakwise.text import Document, Range
from tests.benchmarks import training_files


class Counting(Rule):
    """Finds nothing, and notes on which bodies the rules run."""

    code = "XX001"
    name = "counting"
    message = ""
    severity = Severity.HINT
    since = "0"
    root_cause = general_smell = None
    practices = links = examples = negatives = ()

    def __init__(self) -> None:
        self.looked_at: list[str | None] = []

    def check(self, body: BodyFacts) -> Iterator[Report]:
        self.looked_at.append(body.name)
        return iter(())


def test_a_leak_that_is_typed_has_the_rules_run_on_its_body_alone() -> None:
    file = training_files.functions(2_000)
    counting = Counting()
    document = Document.from_text("file:///train.py", file.text, 1)
    analysis = Analysis(document, (*load_rules(), counting))
    before = len(analysis.findings())
    line, column = file.place + 1, file.indent
    for version, key in enumerate([" " * column + "\n", *"total += loss"], 2):
        at = Range.of(line, 0, line, 0) if version == 2 else Range.of(line, column, line, column)
        column += version > 2
        document, change = document.replace(at, key, version)
        analysis.change(document, [change])
        counting.looked_at.clear()
        findings = analysis.findings()
        # The module may call it.
        assert set(counting.looked_at) <= {"train_target", None}, key
    assert len(findings) == before + 1
