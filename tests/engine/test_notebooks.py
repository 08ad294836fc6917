"""The rules' own examples, cut into the cells of a notebook."""

import ast
import itertools
import random
import textwrap

import pytest

from leakwise.engine import analyze, fixes_for, load_rules
from leakwise.rule import Finding, Rule
from leakwise.syntax.notebook_cells import Cell, NotebookDocument
from leakwise.text import Document, edited

URI = "file:///work/a.ipynb"
MAGICS = ("", "", "%%time\n", "%matplotlib inline\n", "\n")
EXAMPLES = [
    pytest.param(rule, textwrap.dedent(example.bad).strip("\n"), id=f"{rule.code}-{number}")
    for rule in load_rules()
    for number, example in enumerate(rule.examples)
]


def cut(program: str, chance: random.Random) -> NotebookDocument:
    """The program in some cells, a few of which begin with a magic."""
    lines = program.split("\n")
    starts = [_start(statement) for statement in ast.parse(program).body[1:]]
    places = [0, *sorted(chance.sample(starts, min(2, len(starts)))), len(lines)]
    cells = []
    for number, (low, high) in enumerate(itertools.pairwise(places), 1):
        text = chance.choice(MAGICS) + "\n".join(lines[low:high])
        cells.append(Cell.of(Document.from_text(f"{URI}#{number}", text), number))
    return NotebookDocument.of(URI, cells)


def _start(statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", [])
    return (decorators[0] if decorators else statement).lineno - 1


def of_rule(rule: Rule, findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.rule is rule]


@pytest.mark.parametrize(("rule", "program"), EXAMPLES)
def test_cells_hide_no_leak_and_fixes_stay_in_them(rule: Rule, program: str) -> None:
    document = cut(program, random.Random(program))
    findings = of_rule(rule, analyze(document))
    script = of_rule(rule, analyze(Document.from_text("file:///work/a.py", program)))
    if rule.code != "LG001":  # Cells close figures.
        assert len(findings) == len(script) > 0
    for finding in findings:
        part, span = document.located(finding.range)
        assert part.slice(span) == document.slice(finding.range)
        for fix in fixes_for(finding, document):
            after = edited(document, fix.edits)
            assert isinstance(after, NotebookDocument)
            for cell in after.cells:
                ast.parse("".join(cell.lines))
            assert len(of_rule(rule, analyze(after))) < len(findings)
