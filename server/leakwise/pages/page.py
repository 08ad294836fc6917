"""The page of one rule, as the editor's hover and `leakwise rule` show it."""

import inspect
import re

from leakwise.engine import load_rules
from leakwise.rule import Example, Negative, Rule


def page(rule: Rule) -> str:
    """The whole page of `rule`, Markdown: what it finds and why, examples, limits, evidence."""
    head, _, prose = rule.page().partition("\n")
    sections = [
        f"# {rule.code} {rule.name}",
        f"**{head.strip()}**",
        f"Severity: {rule.severity}.{_cause(rule)} Since {rule.since}.",
        prose.strip(),
        *_examples(rule.examples),
        *_negatives(rule.negatives),
    ]
    if rule.practices:
        practices = [f"- {practice.id}: {practice.text}" for practice in rule.practices]
        sections += ["## Practices", "\n".join(practices)]
    if rule.links:
        links = [f"- [{link.title}]({link.url})" for link in rule.links]
        sections += ["## Evidence", "\n".join(links)]
    if others := _akin(rule):
        lines = [f"- {one.code} `{one.name}`: {title(one)}" for one in others]
        sections += ["## The same smell elsewhere", "\n".join(lines)]
    return "\n\n".join(section for section in sections if section) + "\n"


def url(rule: Rule) -> str:
    """The https address to read on about `rule`: its first evidence; empty when it has none."""
    return rule.links[0].url if rule.links else ""


def title(rule: Rule) -> str:
    """One line on what `rule` finds, without a full stop."""
    return rule.page().partition("\n")[0].strip().removesuffix(".")


def _akin(rule: Rule) -> list[Rule]:
    """The rules that name this one, or that it names, as the same smell in another framework."""
    return [one for one in load_rules() if one.code in rule.akin or rule.code in one.akin]


def _examples(examples: tuple[Example, ...]) -> list[str]:
    found: list[str] = []
    for number, example in enumerate(examples, 1):
        found.append("## Example" if len(examples) == 1 else f"## Example {number}")
        found += ["Leaks:", _fenced(example.bad), "Does not:", _fenced(example.good)]
    return found


def _negatives(negatives: tuple[Negative, ...]) -> list[str]:
    found = ["## Not reported"] if negatives else []
    for negative in negatives:
        found += [negative.why, _fenced(negative.code)]
    return found


def _fenced(code: str) -> str:
    """`code`, its margin taken off, in a fence longer than any row of backticks in it."""
    # The first line may stand behind the opening quotes, without the margin of the others.
    text = inspect.cleandoc(code)
    fence = "`" * max(3, *(len(row) + 1 for row in re.findall("`+", text)), 0)
    return f"{fence}python\n{text}\n{fence}"


def _cause(rule: Rule) -> str:
    return "" if rule.root_cause is None else f" Root cause: {rule.root_cause.replace('-', ' ')}."
