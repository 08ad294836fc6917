"""While a line is typed, the rules look again at the body that it stands in, and at the statements
of the file's top level, which name it: at no other."""

from collections.abc import Iterator

import pytest

from leakwise.engine import Analysis, every_rule
from leakwise.facts import BodyFacts
from leakwise.rule import GeneralSmell, Report, RootCause, Rule, Severity
from leakwise.text import Document
from tests.benchmarks import training_files


class Looks(Rule):
    """Notes which bodies the rules are asked about."""

    code = "ZZ900"
    name = "looks"
    message = "none"
    severity = Severity.HINT
    since = "0.1.0"
    root_cause = RootCause.RETAINED_HISTORY
    general_smell = GeneralSmell.NEEDLESS_DUPLICATE

    def __init__(self) -> None:
        self.looked_at: list[str | None] = []

    def check(self, body: BodyFacts) -> Iterator[Report]:
        self.looked_at.append(body.name)
        return iter(())


LINES = {
    "an addition": "total += loss",
    "what is put into a list": "found.append(loss)",
    "a slot": "found[x] = loss",
    "what is opened": "file = open(x)",
    "a mode": "model.eval()",
    "a request": "model.predict(x)",
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_line_that_is_typed_reaches_its_own_body_alone(line: str) -> None:
    file = training_files.functions(400)
    lines = file.text.split("\n")
    document = Document.from_text("file:///typed.py", file.text)
    looks = Looks()
    analysis = Analysis(document, [*every_rule(), looks])
    analysis.findings()
    assert len(looks.looked_at) > 20
    for typed in range(len(line) + 1):
        whole = [*lines[: file.place + 1], " " * file.indent + line[:typed]]
        document, change = document.with_text("\n".join([*whole, *lines[file.place + 1 :]]))
        analysis.change(document, [change])
        looks.looked_at.clear()
        analysis.findings()
        assert set(looks.looked_at) <= {"train_target", None}, line[:typed]
