"""What holds for every rule, present and future."""

import ast
import inspect
import re
import textwrap
from pathlib import Path

import pytest

from leakwise.engine import load_rules, rule_named
from leakwise.pages import page
from leakwise.rule import Rule
from tests.rules.snippets import document

HEADINGS = ["## Why it leaks", "## Best practice", "## When it is not a leak"]
RULES = [pytest.param(rule, id=rule.code) for rule in load_rules()]


def test_the_first_rules_are_found_in_order_of_their_codes() -> None:
    codes = [rule.code for rule in load_rules()]
    assert codes == sorted(codes)
    assert {"LP001", "LP002", "LP004", "LP007", "LP008", "LP016", "LT001"} <= set(codes)


@pytest.mark.parametrize("attribute", ["code", "name", "message"])
def test_codes_names_and_messages_are_unique(attribute: str) -> None:
    values = [getattr(rule, attribute) for rule in load_rules()]
    assert len(values) == len(set(values))


@pytest.mark.parametrize("rule", RULES)
def test_file_class_and_name_agree(rule: Rule) -> None:
    stem = Path(inspect.getfile(type(rule))).stem
    assert stem.replace("_", "-") == rule.name
    assert type(rule).__name__ == "".join(part.capitalize() for part in rule.name.split("-"))


@pytest.mark.parametrize("rule", RULES)
def test_code_tells_the_framework(rule: Rule) -> None:
    assert re.fullmatch(r"L[PTG]\d{3}", rule.code)
    folder = Path(inspect.getfile(type(rule))).parent.name
    assert {"P": "pytorch", "T": "tensorflow", "G": "general"}[rule.code[1]] == folder


@pytest.mark.parametrize("rule", RULES)
def test_rule_is_found_by_code_and_by_name(rule: Rule) -> None:
    for spelled in (rule.code, rule.code.lower(), rule.name):
        found = rule_named(spelled)
        assert found is not None
        assert found.code == rule.code


@pytest.mark.parametrize("rule", RULES)
def test_prose_has_a_title_and_its_headings_in_order(rule: Rule) -> None:
    prose = rule.page()
    title, empty, *_ = prose.splitlines()
    assert title.endswith(".")
    assert empty == ""
    assert re.findall(r"^## .+$", prose, re.MULTILINE) == HEADINGS


@pytest.mark.parametrize("rule", RULES)
def test_claims_have_evidence(rule: Rule) -> None:
    assert rule.links
    assert all(link.url.startswith("https://") and link.title for link in rule.links)
    assert len({link.url for link in rule.links}) == len(rule.links)
    assert rule.practices
    assert all(re.fullmatch(r"BP\d+", one.id) and one.text for one in rule.practices)


@pytest.mark.parametrize("rule", RULES)
def test_three_styles_and_four_limits_are_shown(rule: Rule) -> None:
    assert len(rule.examples) >= 3
    assert len(rule.negatives) >= 4
    repairs = type(rule).fixes is not Rule.fixes
    assert any(example.fixed for example in rule.examples) is repairs
    assert len({negative.why for negative in rule.negatives}) == len(rule.negatives)


@pytest.mark.parametrize("rule", RULES)
def test_superseded_rules_exist(rule: Rule) -> None:
    assert all(rule_named(code) for code in rule.supersedes)
    assert rule.code not in rule.supersedes


@pytest.mark.parametrize("rule", RULES)
def test_message_fits_with_short_names(rule: Rule) -> None:
    fields = re.findall(r"{(\w+)}", rule.message)
    filled = rule.message.format(**dict.fromkeys(fields, "n" * 20))
    assert len(filled) <= 160
    assert filled.endswith(".")


@pytest.mark.parametrize("rule", RULES)
def test_code_of_examples_parses(rule: Rule) -> None:
    for code in (
        *(example.bad for example in rule.examples),
        *(example.good for example in rule.examples),
        *(negative.code for negative in rule.negatives),
    ):
        ast.parse(document(code).text)


@pytest.mark.parametrize("rule", RULES)
def test_code_blocks_of_the_page_parse(rule: Rule) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", page(rule), re.MULTILINE | re.DOTALL)
    assert len(blocks) >= len(rule.examples)
    for block in blocks:
        ast.parse(textwrap.dedent(block))
