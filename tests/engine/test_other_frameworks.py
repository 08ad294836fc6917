"""Code of frameworks with an autograd of their own is none of torch's, however alike it reads."""

from textwrap import dedent

import pytest

from leakwise.engine import Analysis, analyze
from leakwise.text import Document, Range

URI = "file:///train.py"
SUMMED = dedent("""
    def train(net, criterion, trainer, loader):
        total = 0.0
        for x, y in loader:
            loss = criterion(net(x), y)
            loss.backward()
            trainer.step()
            total += loss
        return total / len(loader)
    """)
EVALUATED = dedent("""
    def evaluate(net, loader):
        net.eval()
        hits = 0
        for x, y in loader:
            hits += int((net(x).argmax(1) == y).sum())
        return hits
    """)


@pytest.mark.parametrize("code", [SUMMED, EVALUATED])
@pytest.mark.parametrize(
    "imports",
    [
        "from mxnet import autograd, gluon",
        "import paddle\nimport paddle.nn as nn",
        "import chainer.functions as F",
        "try:\n    import jittor\nexcept ImportError:\n    jittor = None",
    ],
)
def test_they_are_passed_over(imports: str, code: str) -> None:
    assert not analyze(Document.from_text(URI, imports + "\n" + code))


@pytest.mark.parametrize("code", [SUMMED, EVALUATED])
@pytest.mark.parametrize(
    "imports",
    ["", "import torch", "import jax\nimport torch", "import jax\nfrom torch.nn import *"],
)
def test_what_imports_torch_beside_them_is_looked_at(imports: str, code: str) -> None:
    # What names no framework is looked at for the words of its API.
    assert len(analyze(Document.from_text(URI, imports + "\noptimizer.zero_grad()\n" + code))) == 1


def test_an_import_that_is_typed_changes_what_is_found() -> None:
    analysis = Analysis(Document.from_text(URI, "\n" + SUMMED))
    assert len(analysis.findings()) == 1
    for line, found in (("import mxnet", 0), ("import mxnet, torch", 1)):
        width = len(analysis.document.lines[0].rstrip("\n"))
        document, change = analysis.document.replace(Range.of(0, 0, 0, width), line)
        analysis.change(document, [change])
        assert len(analysis.findings()) == found
