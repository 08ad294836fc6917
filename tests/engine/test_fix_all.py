from collections.abc import Iterator

import pytest

from leakwise.engine import analyze
from leakwise.engine.fix_all import fix_all
from leakwise.rule import Applicability, Finding, Fix, FixContext
from leakwise.text import Document, Edit, Position, Range, apply_edits
from leakwise_rules.pytorch.accumulate_loss_with_graph import AccumulateLossWithGraph

HEAD = """\
import torch
model = torch.nn.Linear(4, 1)
"""
TRAIN = """
def train(loader, optimizer):
    total = 0.0
    for x, y in loader:
        loss = torch.nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss
    return total / len(loader)
"""
HOOKS = """
def features(x):
    seen = []
    model.register_forward_hook(lambda *each: seen.append(1))
    model.register_forward_pre_hook(lambda *each: seen.append(1))
    model(x)
    return seen
"""
EVALUATE = """
def evaluate(loader):
    model.eval()
    right = 0
    for x, y in loader:
        right += (model(x).argmax(1) == y).sum().item()
    return right

evaluate(torch.utils.data.DataLoader(data))
"""


def document(code: str) -> Document:
    return Document.from_text("file:///train.py", code)


class Safe(AccumulateLossWithGraph):
    """Its first fix is said to be safe."""

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        edits = context.call_method([finding.range], "detach")
        if edits:
            yield Fix("Detach", edits, Applicability.SAFE)


class Useless(AccumulateLossWithGraph):
    """Its fix changes the code and leaves the leak."""

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        yield Fix("Clone", context.call_method([finding.range], "clone") or (), Applicability.SAFE)


class Sweeping(Safe):
    """Its fixes overlap one another, so that a round can make only one of them."""

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        lines = context.document.lines
        for fix in super().fixes(finding, context):
            rest = Range(Position(0, 0), Position(len(lines), 0))
            fresh = apply_edits(context.document, fix.edits)
            yield Fix(fix.title, (Edit(rest, fresh),), Applicability.SAFE)


@pytest.mark.parametrize("parts", [[TRAIN], [HOOKS], [EVALUATE], [TRAIN, HOOKS, EVALUATE, TRAIN]])
def test_unsafe_fixes_leave_nothing_to_fix(parts: list[str]) -> None:
    before = document(HEAD + "".join(parts))
    count = len(analyze(before))
    assert count >= len(parts)
    result = fix_all(before, unsafe=True)
    assert analyze(document(result.text)) == []
    assert 0 < result.applied <= count
    assert fix_all(document(result.text), unsafe=True).applied == 0


def test_safe_fixes_only_unless_asked_for_more() -> None:
    before = document(HEAD + TRAIN)
    result = fix_all(before)
    assert result.text == before.text
    assert result.applied == 0


def test_safe_fixes_are_applied() -> None:
    result = fix_all(document(HEAD + TRAIN + TRAIN), [Safe()])
    assert result.text == HEAD + TRAIN.replace("+= loss", "+= loss.detach()") * 2
    assert result.applied == 2


def test_fixes_that_overlap_take_several_rounds() -> None:
    result = fix_all(document(HEAD + TRAIN * 3), [Sweeping()])
    assert result.text == HEAD + TRAIN.replace("+= loss", "+= loss.detach()") * 3
    assert result.applied == 3


def test_a_fix_that_leaves_its_finding_is_not_made() -> None:
    before = document(HEAD + TRAIN)
    assert fix_all(before, [Useless()]).text == before.text


def test_broken_code_elsewhere_stays_as_it_is() -> None:
    tail = "\ndef half(:\n    x = = 1\n"
    result = fix_all(document(HEAD + TRAIN + tail), [Safe()])
    assert result.text == HEAD + TRAIN.replace("+= loss", "+= loss.detach()") + tail


def test_clean_code_stays_as_it_is() -> None:
    for code in ("", "x = 1\n", HEAD):
        assert fix_all(document(code), unsafe=True).text == code
