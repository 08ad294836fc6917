"""Findings hold under missing knowledge, other line endings, and letters beyond ASCII."""

import ast
from collections.abc import Iterator

import pytest

from leakwise.engine import Analysis, analyze, fixes_for, load_rules
from leakwise.engine.fix_all import fix_all
from leakwise.rule import Applicability, Example, Rule
from leakwise.text import Document
from tests.rules.snippets import document, lines, marked_lines, repaired, unmarked

CLEAN = [
    *(
        pytest.param(example.good, id=f"{rule.code}-good-{number}")
        for rule in load_rules()
        for number, example in enumerate(rule.examples)
    ),
    *(
        pytest.param(negative.code, id=f"{rule.code}-negative-{number}")
        for rule in load_rules()
        for number, negative in enumerate(rule.negatives)
    ),
]
FIXED = [
    pytest.param(rule, example, id=f"{rule.code}-{number}")
    for rule in load_rules()
    for number, example in enumerate(rule.examples)
    if example.fixed
]


def without_one_import(doc: Document) -> Iterator[Document]:
    for node in ast.walk(ast.parse(doc.text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            kept = [
                line
                for number, line in enumerate(doc.lines, 1)
                if not node.lineno <= number <= (node.end_lineno or node.lineno)
            ]
            yield Document.from_text(doc.uri, "".join(kept))


@pytest.mark.parametrize(
    "statement",
    [
        "model(x[()])",
        "y = model(x[()])",
        "() = model(x)",
        "[] = model(x)",
        "model(*(), **{})",
        "model(())",
        "with open(x) as (): pass",
        "with open(x) as []: pass",
        "for () in loader: model(x)",
        "for [] in loader: open(x)",
        "kept[()] = model(x)",
        "kept[...] = model(x)[..., :]",
        "(lambda: model(x))()",
        "(y := model(x)).backward()",
        "del (), kept",
        "return",
    ],
)
def test_rare_forms_make_no_rule_raise(statement: str) -> None:
    code = f"""
        import torch

        def run(model: torch.nn.Module, loader, kept, x):
            for x in loader:
                {statement}
    """
    analysis = Analysis(document(code))
    analysis.findings()
    assert analysis.syntax_error is None
    assert analysis.rule_failures == ()


@pytest.mark.parametrize("code", CLEAN)
def test_a_name_that_cannot_be_resolved_makes_no_finding(code: str) -> None:
    for poorer in without_one_import(document(code)):
        assert analyze(poorer) == []


@pytest.mark.parametrize("code", CLEAN)
def test_names_imported_through_a_module_of_the_project_make_no_finding(code: str) -> None:
    lines_ = [
        "from project.everything import *\n" if line.startswith(("import ", "from ")) else line
        for line in document(code).lines
    ]
    assert analyze(Document.from_text("file:///example.py", "".join(lines_))) == []


@pytest.mark.parametrize(("rule", "example"), FIXED)
def test_all_fixes_together_leave_nothing(rule: Rule, example: Example) -> None:
    result = fix_all(unmarked(example.bad), unsafe=True)
    assert result.applied
    assert analyze(document(result.text)) == []
    assert fix_all(document(result.text), unsafe=True).applied == 0


@pytest.mark.parametrize(("rule", "example"), FIXED)
def test_unsafe_fixes_wait_for_the_user(rule: Rule, example: Example) -> None:
    bad = unmarked(example.bad)
    offered = [fix for one in analyze(bad, [rule]) for fix in fixes_for(one, bad)]
    if any(fix.applicability is Applicability.SAFE for fix in offered):
        assert fix_all(bad).text == document(example.good).text
    else:
        assert fix_all(bad).text == bad.text


@pytest.mark.parametrize(("rule", "example"), FIXED)
@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_endings_stay(rule: Rule, example: Example, ending: str) -> None:
    bad, good = unmarked(example.bad), document(example.good)
    doc = Document.from_text(bad.uri, bad.text.replace("\n", ending))
    assert lines(analyze(doc, [rule])) == marked_lines(example.bad)
    assert repaired(rule, doc) == good.text.replace("\n", ending)


@pytest.mark.parametrize(("rule", "example"), FIXED)
def test_tabs_stay(rule: Rule, example: Example) -> None:
    bad, good = unmarked(example.bad), document(example.good)
    doc = Document.from_text(bad.uri, bad.text.replace("    ", "\t"))
    assert lines(analyze(doc, [rule])) == marked_lines(example.bad)
    assert repaired(rule, doc) == good.text.replace("    ", "\t")


@pytest.mark.parametrize("name", ["verlust_größe", "损失", "𝐥oss"])
def test_columns_count_characters(name: str) -> None:
    code = f"""
        import torch

        def train(model: torch.nn.Module, loader, optimizer):
            wörter, zähler = 0.0, 0
            for x, y in loader:
                {name} = torch.nn.functional.mse_loss(model(x), y)
                optimizer.zero_grad()
                {name}.backward()
                optimizer.step()
                "→", (zähler := zähler + 1); wörter += {name}
    """
    doc = document(code)
    findings = analyze(doc)
    assert [finding.rule.code for finding in findings] == ["LP001"]
    assert doc.slice(findings[0].range) == name
    assert f"wörter += {name}.item()" in repaired(findings[0].rule, doc)
