"""Every example and limit of the rules, and their fixes."""

import textwrap

import pytest
from acme_leak_rules.sample_store_opened_in_loop import SampleStoreOpenedInLoop

from leakwise.engine import analyze, fixes_for
from leakwise.rule import Example, Finding, Negative, Rule
from leakwise.text import Document, apply_edits

MARK = "  # leak"
RULES: list[Rule] = [SampleStoreOpenedInLoop()]
EXAMPLES = [(rule, example) for rule in RULES for example in rule.examples]
NEGATIVES = [(rule, negative) for rule in RULES for negative in rule.negatives]


def document(code: str) -> Document:
    text = textwrap.dedent(code).lstrip("\n").replace(MARK, "")
    return Document.from_text("file:///example.py", text)


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_examples(rule: Rule, example: Example) -> None:
    lines = textwrap.dedent(example.bad).lstrip("\n").split("\n")
    bad, good = document(example.bad), document(example.good)
    found: list[Finding] = analyze(bad, [rule])
    assert [one.range.start.line for one in found] == [
        number for number, line in enumerate(lines) if line.endswith(MARK)
    ]
    # Clean for all rules, Leakwise's own too.
    assert analyze(good) == []
    if example.fixed:
        (fix, *_) = fixes_for(found[0], bad)
        assert apply_edits(bad, fix.edits) == good.text


@pytest.mark.parametrize(("rule", "negative"), NEGATIVES)
def test_negatives(rule: Rule, negative: Negative) -> None:
    assert analyze(document(negative.code), [rule]) == []
