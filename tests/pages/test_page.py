"""Rule pages are whole, and parse."""

import ast
import re
from pathlib import Path

import pytest

from leakwise.engine import load_rules
from leakwise.pages import index, page, title, url
from leakwise.pages.__main__ import readme
from leakwise.rule import Rule

ROOT = Path(__file__).parents[2]
RULES = [pytest.param(rule, id=rule.code) for rule in load_rules()]


@pytest.mark.parametrize("rule", RULES)
def test_the_parts_of_a_page_in_order(rule: Rule) -> None:
    text = page(rule)
    assert text.startswith(f"# {rule.code} {rule.name}\n\n**")
    assert f"\nSeverity: {rule.severity}." in text
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    examples = [heading for heading in headings if heading.startswith("Example")]
    assert len(examples) == len(rule.examples)
    assert [one for one in headings if one not in (*examples, "The same smell elsewhere")] == [
        "Why it leaks",
        "Best practice",
        "When it is not a leak",
        "Not reported",
        "Practices",
        "Evidence",
    ]


@pytest.mark.parametrize("rule", RULES)
def test_code_on_a_page_parses_and_fences_close(rule: Rule) -> None:
    blocks = re.findall(r"^(`{3,})python\n(.*?)\n\1$", page(rule), re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 2 * len(rule.examples) + len(rule.negatives)
    for _, code in blocks:
        ast.parse(code)
    assert len(re.findall(r"^`{3,}", page(rule), re.MULTILINE)) % 2 == 0


@pytest.mark.parametrize("rule", RULES)
def test_what_a_rule_claims_is_on_its_page(rule: Rule) -> None:
    text = page(rule)
    for practice in rule.practices:
        assert f"- {practice.id}: {practice.text}\n" in text
    for link in rule.links:
        assert f"[{link.title}]({link.url})" in text
    for negative in rule.negatives:
        assert negative.why in text
    assert url(rule).startswith("https://")
    assert title(rule)
    assert not title(rule).endswith(".")


@pytest.mark.parametrize("rule", RULES)
def test_pages_of_one_smell_in_two_frameworks_name_each_other(rule: Rule) -> None:
    rules = {one.code: one for one in load_rules()}
    for code in rule.akin:
        assert code[:2] != rule.code[:2]
        for one, other in ((rule, rules[code]), (rules[code], rule)):
            below = page(one).partition("## The same smell elsewhere\n")[2]
            assert f"- {other.code} `{other.name}`: {title(other)}\n" in below


def test_the_index_has_each_rule_once() -> None:
    rows = index(load_rules()).splitlines()[2:]
    assert [row.split("|")[1].strip() for row in rows] == [rule.code for rule in load_rules()]
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 6 for row in rows)


def test_the_index_in_the_repository_is_fresh() -> None:
    kept = (ROOT / "rules/README.md").read_text("utf-8")
    assert kept == readme(), "run: python -m leakwise.pages > rules/README.md"
