"""What is found in a function does not depend on the pieces that its code is split into."""

import textwrap

import pytest

from leakwise.engine import analyze, load_rules
from leakwise.rule import Rule
from leakwise.syntax import layout
from leakwise.text import Document
from tests.engine.programs import seen


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.code)
def test_what_is_split_gives_the_same_findings(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = [code for one in rule.examples for code in (one.bad, one.good) if code]
    programs += [one.code for one in rule.negatives]
    for program in programs:
        document = Document.from_text("file:///program.py", textwrap.dedent(program))
        whole = seen(analyze(document))
        monkeypatch.setattr(layout, "SPLIT_OVER", 3)
        assert seen(analyze(document)) == whole
        monkeypatch.undo()
