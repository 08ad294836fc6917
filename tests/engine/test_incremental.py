"""Edits change findings to what an analysis from scratch finds, and half-typed code loses none."""

import ast
import random

import pytest

from leakwise.engine import Analysis, analyze
from leakwise.text import Document, Range
from tests.engine.programs import leaking_program, seen

URI = "file:///program.py"
SNIPPETS = (
    "    pass\n",
    "    loss = loss.detach()\n",
    "import torch\n",
    "with torch.no_grad():\n    pass\n",
    "        total += loss\n",
    "model = nn.Linear(2, 2)\n",
    "def example_0():\n    return 1\n",
    "(",
    '"""',
    "x",
    "\n",
    "    # a comment\n",
)


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _random_edit(document: Document, chance: random.Random) -> tuple[Range, str]:
    line = chance.randrange(len(document.lines))
    width = len(document.lines[line].rstrip("\r\n"))
    kind = chance.randrange(5)
    if kind == 0:
        return Range.of(line, 0, line + chance.randrange(1, 4), 0), ""
    if kind == 1:
        return Range.of(line, 0, line, 0), chance.choice(SNIPPETS)
    column = chance.randrange(width + 1)
    if kind == 2:
        return Range.of(line, column, line, column + 1), ""
    if kind == 3:
        return Range.of(line, column, line, column), chance.choice(SNIPPETS)
    other = chance.randrange(len(document.lines))
    return Range.of(line, 0, line, 0), document.lines[other]


@pytest.mark.parametrize("seed", range(10))
def test_edits_give_what_a_new_analysis_gives(seed: int) -> None:
    chance = random.Random(seed)
    program = leaking_program(chance, 6)
    analysis = Analysis(Document.from_text(URI, program))
    analysis.findings()
    compared = 0
    for _ in range(30):
        before = analysis.document
        span, text = _random_edit(before, chance)
        document, change = before.replace(span, text)
        analysis.change(document, [change])
        analysis.findings()
        if not _parses(document.text):
            undone, back = document.with_text(before.text)
            analysis.change(undone, [back])
        analysis.resync()
        assert seen(analysis.findings()) == seen(
            analyze(Document.from_text(URI, analysis.document.text))
        )
        compared += 1
    assert compared == 30


def test_typing_a_line_keeps_every_other_finding() -> None:
    chance = random.Random(5)
    program = leaking_program(chance, 8)
    lines = program.splitlines(keepends=True)
    typed = 0
    for _ in range(32):
        at = chance.randrange(5, len(lines))
        line = lines[at]
        if not line.strip() or line.startswith(("def ", "class ")):
            continue
        analysis = Analysis(Document.from_text(URI, program))
        everything = analysis.findings()
        document, change = analysis.document.replace(Range.of(at, 0, at + 1, 0), "\n")
        if not _parses(document.text):
            continue
        analysis.change(document, [change])
        last = analysis.findings()
        text = line.rstrip("\n")
        for column, character in enumerate(text):
            document, change = analysis.document.replace(
                Range.of(at, column, at, column), character
            )
            analysis.change(document, [change])
            now = analysis.findings()
            if _parses(document.text):
                last = now
                continue
            typed += 1
            kept = {(one.rule.code, one.range) for one in now}
            for finding in last:
                first, final = finding.range.start.line, finding.range.end.line
                if not first <= at <= final:
                    assert (finding.rule.code, finding.range) in kept, (text[: column + 1], finding)
        assert seen(analysis.findings()) == seen(everything)
    assert typed > 50


LEFT_OPEN = ("(", "[", "x = {", "'", '"""', "f(a, '", "def g(", "if x", "with a as", "for i", "@")


@pytest.mark.parametrize("left_open", LEFT_OPEN)
def test_what_is_left_open_on_a_line_hides_no_other_finding(left_open: str) -> None:
    chance = random.Random(left_open)
    program = leaking_program(chance, 8)
    lines = program.splitlines(keepends=True)
    everything = analyze(Document.from_text(URI, program))
    assert everything
    for _ in range(8):
        at = chance.randrange(5, len(lines))
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())] if lines[at].strip() else ""
        analysis = Analysis(Document.from_text(URI, program))
        analysis.findings()
        document, change = analysis.document.replace(
            Range.of(at, 0, at, 0), f"{indent}{left_open}\n"
        )
        analysis.change(document, [change])
        # Between a decorator and its function, the line is inside of that statement.
        if _parses(document.text) or lines[at - 1].lstrip().startswith("@"):
            continue
        now = {(one.rule.code, one.range.start.line) for one in analysis.findings()}
        for finding in everything:
            line = finding.range.start.line
            moved = line + 1 if line >= at else line
            if not finding.range.start.line < at <= finding.range.end.line:
                assert (finding.rule.code, moved) in now, (at, lines[at], finding)


def test_a_body_that_nests_too_deeply_hides_no_other() -> None:
    sum_of_many = " + ".join(["x"] * 900)
    deep = f"def deep():\n    for _ in range(9):\n        y = {sum_of_many}\n        t += y\n"
    leak = (
        "def leaks(model, loader):\n    total = 0.0\n    for x in loader:\n"
        "        loss = model(x)\n        loss.backward()\n        total += loss\n"
    )
    analysis = Analysis(Document.from_text(URI, f"import torch\n{deep}\n\n{leak}"))
    assert [one.rule.code for one in analysis.findings()] == ["LP001"]
    assert analysis.rule_failures == ()
