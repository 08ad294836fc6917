import logging
from collections.abc import Iterator

import pytest

from leakwise.engine import analyze, fixes_for
from leakwise.rule import Applicability, Finding, Fix, FixContext, Rule
from leakwise.text import Document, Edit, apply_edits
from leakwise_rules.pytorch.accumulate_loss_with_graph import AccumulateLossWithGraph

CODE = """\
import torch
model = torch.nn.Linear(4, 1)
total = 0.0
for x, y in loader:
    loss = torch.nn.functional.mse_loss(model(x), y)
    loss.backward()
    total += loss
"""


class Raises(AccumulateLossWithGraph):
    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        yield from super().fixes(finding, context)
        raise LookupError("a mistake in the rule")


class RaisesAtOnce(AccumulateLossWithGraph):
    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        raise LookupError("a mistake in the rule")


class Breaks(AccumulateLossWithGraph):
    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        yield Fix("Break", (Edit(finding.range, "("),), Applicability.SAFE)
        yield Fix(
            "Overlap", (Edit(finding.range, "a"), Edit(finding.range, "b")), Applicability.SAFE
        )
        yield Fix("Nothing", (), Applicability.SAFE)
        yield Fix("Good", (Edit(finding.range, "0"),), Applicability.SAFE)


def found(document: Document, rule: Rule) -> Finding:
    findings = analyze(document, [rule])
    assert len(findings) == 1
    return findings[0]


def test_a_finding_has_fixes_that_repair_it() -> None:
    document = Document.from_text("file:///train.py", CODE)
    rule = AccumulateLossWithGraph()
    fixes = fixes_for(found(document, rule), document)
    assert fixes
    for fix in fixes:
        repaired = Document.from_text(document.uri, apply_edits(document, fix.edits))
        assert analyze(repaired, [rule]) == []


@pytest.mark.parametrize(("rule", "kept"), [(Raises(), True), (RaisesAtOnce(), False)])
def test_a_rule_that_raises_is_logged(
    rule: Rule, kept: bool, caplog: pytest.LogCaptureFixture
) -> None:
    document = Document.from_text("file:///train.py", CODE)
    with caplog.at_level(logging.ERROR):
        fixes = fixes_for(found(document, rule), document)
    assert bool(fixes) == kept
    assert "LP001" in caplog.text
    assert "file:///train.py" in caplog.text
    assert "LookupError: a mistake in the rule" in caplog.text


def test_fixes_that_break_the_document_are_left_out(caplog: pytest.LogCaptureFixture) -> None:
    document = Document.from_text("file:///train.py", CODE)
    fixes = fixes_for(found(document, Breaks()), document)
    assert [fix.title for fix in fixes] == ["Good"]
    assert len(caplog.records) == 3


def test_a_document_that_is_broken_elsewhere_has_the_same_fixes() -> None:
    whole = Document.from_text("file:///train.py", CODE)
    broken = Document.from_text("file:///train.py", CODE + "def half(:\n")
    rule = AccumulateLossWithGraph()
    assert fixes_for(found(broken, rule), broken) == fixes_for(found(whole, rule), whole)
