"""What the fixes of evaluation without recording put under `no_grad`: nothing that may train."""

import pytest

from leakwise.engine import analyze, fixes_for
from leakwise.text import Document, apply_edits

PROGRAM = """\
import torch
from elsewhere import Strategy, stream


def evaluate_tasks(model: torch.nn.Module, x):
    outputs = []
    BEGIN
    for task in stream:
        MIDDLE
        outputs.append(model(x))
    return [one.argmax() for one in outputs]
"""


def repairs(begin: str, middle: str) -> list[str]:
    code = PROGRAM.replace("BEGIN", begin).replace("MIDDLE", middle)
    document = Document.from_text("file:///tasks.py", code)
    (finding,) = analyze(document)
    return [apply_edits(document, fix.edits) for fix in fixes_for(finding, document)]


@pytest.mark.parametrize("begin", ["strategy = Strategy(model)", "model.eval()"])
@pytest.mark.parametrize("middle", ["strategy.train(task)", "strategy.fit(task)"])
def test_the_call_alone_where_something_trains_beside_it(begin: str, middle: str) -> None:
    (repaired,) = repairs(begin, middle)
    region = "with torch.no_grad():\n            outputs.append(model(x))"
    assert f"        {middle}\n        {region}\n" in repaired
    assert repaired.count("no_grad") == 1


@pytest.mark.parametrize("begin", ["strategy = Strategy(model)", "model.eval()"])
@pytest.mark.parametrize("middle", ["print(task)", "model.train(task.training)"])
def test_the_loop_and_the_function_where_nothing_does(begin: str, middle: str) -> None:
    repaired = "\n".join(repairs(begin, middle))
    assert "@torch.no_grad()\ndef evaluate_tasks" in repaired
    assert "    with torch.no_grad():\n        for task in stream:" in repaired
