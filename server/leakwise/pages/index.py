"""The index of all rules."""

from collections.abc import Iterable

from leakwise.pages.page import title
from leakwise.rule import Rule


def index(rules: Iterable[Rule]) -> str:
    """A Markdown table of `rules` in the order given, one a row."""
    rows = ["| code | name | finds | severity | fix |", "| --- | --- | --- | --- | --- |"]
    for rule in rules:
        fix = "yes" if any(example.fixed for example in rule.examples) else ""
        finds = title(rule).replace("|", "\\|")
        rows.append(f"| {rule.code} | `{rule.name}` | {finds} | {rule.severity} | {fix} |")
    return "\n".join(rows) + "\n"
