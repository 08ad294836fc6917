"""Every example in every rule file is a test; so is every documented negative."""

import ast
import textwrap
from typing import Any

import pytest

from leakwise.engine import Analysis, analyze, fixes_for, load_rules
from leakwise.rule import Example, Negative, Rule
from leakwise.text import Document, Range, apply_edits
from tests.rules.snippets import (
    document,
    lines,
    marked_lines,
    preferred,
    repaired,
    seen,
    unmarked,
)

EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.code}-{number}")
    for rule in load_rules()
    for number, example in enumerate(rule.examples)
]
FIXED = [
    pytest.param(rule, example, id=f"{rule.code}-{number}")
    for rule in load_rules()
    for number, example in enumerate(rule.examples)
    if example.fixed
]
NEGATIVES = [
    pytest.param(rule, negative, id=f"{rule.code}-{number}")
    for rule in load_rules()
    for number, negative in enumerate(rule.negatives)
]
BROKEN = ["def half(:\n", "x = (1,\n", "for\n", "text = '''\n"]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_bad_is_reported_on_marked_lines(rule: Rule, example: Example) -> None:
    marked = marked_lines(example.bad)
    assert marked
    assert lines(analyze(unmarked(example.bad), [rule])) == marked


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_one_cause_is_one_finding(rule: Rule, example: Example) -> None:
    found = analyze(unmarked(example.bad))
    assert [finding.rule.code for finding in found] == [rule.code] * len(marked_lines(example.bad))


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_message_is_one_short_sentence(rule: Rule, example: Example) -> None:
    for finding in analyze(unmarked(example.bad), [rule]):
        assert len(finding.message) <= 160
        assert finding.message.endswith(".")
        assert ". " not in finding.message
        assert not {"{", "}", "\n"} & set(finding.message)
        assert all(one.message.endswith(".") for one in finding.related)


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_good_is_clean_for_every_rule(rule: Rule, example: Example) -> None:
    assert analyze(document(example.good)) == []


@pytest.mark.parametrize(("rule", "example"), FIXED)
def test_first_fix_turns_bad_into_good(rule: Rule, example: Example) -> None:
    assert repaired(rule, unmarked(example.bad)) == document(example.good).text


@pytest.mark.parametrize(("rule", "example"), FIXED)
def test_a_second_run_changes_nothing(rule: Rule, example: Example) -> None:
    once = document(repaired(rule, unmarked(example.bad)))
    assert repaired(rule, once) == once.text


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_every_fix_parses_and_ends_its_finding(rule: Rule, example: Example) -> None:
    doc = unmarked(example.bad)
    findings = analyze(doc, [rule])
    for finding in findings:
        for fix in fixes_for(finding, doc):
            after = apply_edits(doc, fix.edits)
            ast.parse(after)
            assert len(analyze(document(after), [rule])) == len(findings) - 1, fix.title


@pytest.mark.parametrize(("rule", "negative"), NEGATIVES)
def test_negative_is_clean_for_every_rule(rule: Rule, negative: Negative) -> None:
    assert [(f.rule.code, f.message) for f in analyze(document(negative.code))] == []


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
@pytest.mark.parametrize("tail", BROKEN)
def test_broken_code_below_changes_nothing(rule: Rule, example: Example, tail: str) -> None:
    doc = unmarked(example.bad)
    broken = Document.from_text(doc.uri, doc.text + tail)
    before, after = analyze(doc, [rule]), analyze(broken, [rule])
    assert [seen(finding) for finding in after] == [seen(finding) for finding in before]
    assert preferred(after, broken) == preferred(before, doc)


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
@pytest.mark.parametrize("head", BROKEN[:3])
def test_broken_code_above_changes_nothing(rule: Rule, example: Example, head: str) -> None:
    doc = unmarked(example.bad)
    broken = Document.from_text(doc.uri, head + doc.text)
    assert [seen(finding, 1) for finding in analyze(broken, [rule])] == [
        seen(finding) for finding in analyze(doc, [rule])
    ]
    if example.fixed:
        assert repaired(rule, broken) == head + repaired(rule, doc)


EDITS: list[Any] = [
    pytest.param(Range.of(0, 0, 0, 0), "import os\n", id="line-above"),
    pytest.param(Range.of(10**6, 0, 10**6, 0), "\n\ndef other():\n    return 1\n", id="below"),
    pytest.param(Range.of(0, 0, 0, 0), "x = (\n", id="broken-above"),
]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
@pytest.mark.parametrize(("span", "text"), EDITS)
def test_an_edit_elsewhere_gives_what_a_fresh_run_gives(
    rule: Rule, example: Example, span: Range, text: str
) -> None:
    doc = unmarked(example.bad)
    analysis = Analysis(doc)
    assert analysis.findings()
    edited, change = doc.replace(span, text)
    analysis.change(edited, [change])
    assert [seen(f) for f in analysis.findings()] == [seen(f) for f in analyze(edited)]
    assert rule.code in {finding.rule.code for finding in analysis.findings()}


@pytest.mark.parametrize(("rule", "example"), FIXED)
def test_typing_the_repair_ends_the_finding(rule: Rule, example: Example) -> None:
    doc, good = unmarked(example.bad), document(example.good)
    analysis = Analysis(doc)
    assert analysis.findings()
    typed, change = doc.with_text(good.text)
    analysis.change(typed, [change])
    assert analysis.findings() == []
    back, change = typed.with_text(doc.text)
    analysis.change(back, [change])
    assert [seen(f) for f in analysis.findings()] == [seen(f) for f in analyze(doc)]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_examples_work_inside_a_function(rule: Rule, example: Example) -> None:
    code = textwrap.dedent(example.bad).strip("\n") + "\n"
    if any(line.startswith(("def ", "class ")) for line in code.splitlines()):
        pytest.skip("The example has functions of its own.")
    nested = "def main():\n" + textwrap.indent(code, "    ") + "\nmain()\n"
    assert lines(analyze(unmarked(nested), [rule])) == marked_lines(nested)
