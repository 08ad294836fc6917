"""Answers about other files that never come may hide findings, and never make one."""

import random
from pathlib import Path

import pytest

from leakwise.engine import Analysis, analyze
from leakwise.facts.symbols.questions import Answer
from leakwise.rule import Finding
from leakwise.sources import read_document
from leakwise.text import Range
from tests.engine.programs import seen
from tests.symbols.inside import Late, answering, written

PROJECT = {
    "nets/__init__.py": "from .big import Big\nfrom .small import Small, build\n",
    "nets/small.py": """
        import torch
        from torch import nn

        class Small(nn.Module):
            def __init__(self):
                super().__init__()
                self.body = nn.Linear(2, 2)
                self.seen = []

            def forward(self, x):
                return self.body(x)

            def reset(self):
                self.seen.clear()

        class Quiet(Small):
            @torch.no_grad()
            def forward(self, x):
                return self.body(x)

        def build(quiet):
            if quiet:
                return Quiet()
            return Small()
    """,
    "nets/big.py": """
        from .small import Small

        class Big(Small):
            def encode(self, x):
                return self.forward(x).sum()
    """,
    "wrappers.py": """
        import torch

        class Wrapper:
            def __init__(self, net):
                self.net = net

            def __call__(self, x):
                with torch.no_grad():
                    return self.net(x)

            def eval(self):
                self.net.eval()

            def parameters(self):
                return self.net.parameters()

        class Meter:
            def __init__(self):
                self.values = []

            def append(self, value):
                self.values.append(float(value))

        def wrapped(net):
            return Wrapper(net)
    """,
    "steps.py": """
        import contextlib
        import torch
        from tensorflow import keras

        def train_step(net, x, optimizer):
            loss = net(x).sum()
            loss.backward()
            optimizer.step()
            return loss

        def score(net, x):
            return net(x).sum().item()

        def fresh_start():
            keras.backend.clear_session()

        @contextlib.contextmanager
        def frozen():
            with torch.no_grad():
                yield
    """,
    "train.py": """
        import torch
        from tensorflow import keras
        from nets import Big, Small, build
        from nets.small import Quiet
        from steps import *
        from wrappers import Meter, wrapped
        import steps

        def train(loader, optimizer):
            net = Big()
            total, kept = 0.0, []
            for x, y in loader:
                total += train_step(net, x, optimizer)
                kept.append(net.encode(x))
                net.seen.append(net(x))
            return total

        def epochs(loader, test, optimizer):
            net = Small()
            for epoch in range(9):
                for x, y in loader:
                    steps.train_step(net, x, optimizer)
                right = []
                for x, y in test:
                    right.append(net(x))
                print(right)

        def evaluate(loader, net: Small):
            net.eval()
            outputs = []
            for x, y in loader:
                outputs.append(net(x))
            return outputs

        def embed(loader, quiet: Quiet):
            outputs = []
            for x in loader:
                outputs.append(quiet(x))
            return outputs

        def by_use(loader):
            model = wrapped(Small())
            model.eval()
            print(len(list(model.parameters())))
            outputs = []
            for x in loader:
                outputs.append(model(x))
            return outputs

        def measured(loader, optimizer):
            net, meter = build(False), Meter()
            for x, y in loader:
                loss = (net(x) - y).square().mean()
                loss.backward()
                optimizer.step()
                meter.append(loss)
            return meter

        def scored(loader):
            net = Small()
            net.eval()
            with steps.frozen():
                return [score(net, x) for x in loader] + [net(x) for x in loader]

        def search(data):
            for width in range(100):
                steps.fresh_start()
                model = keras.Sequential([keras.layers.Dense(width)])
                model.fit(data)

        class Extended(Small):
            def forward(self, x):
                self.last = self.last + self.body(x)
                return self.last

            def features(self, loader):
                outputs = []
                for x in loader:
                    outputs.append(self.body(x))
                print(outputs)

            def reset(self):
                self.seen = []

        class Trainer(Unseen):
            def step(self, x):
                self.history.append(Small()(x))
    """,
    "main.py": """
        import torch
        from train import evaluate, train

        def main(loader, net, optimizer):
            with torch.no_grad():
                evaluate(loader, net)
            train(loader, optimizer)
    """,
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("project"), PROJECT)


@pytest.fixture(scope="module")
def asked(root: Path) -> Late:
    """All answers, as they come for the whole of `train.py`."""
    late = Late(answering(root), lambda question: True)
    late.findings(root / "train.py")
    return late


def places(findings: list[Finding]) -> set[tuple[str, Range]]:
    return {(one.rule.code, one.range) for one in findings}


def test_answers_find_what_a_file_alone_does_not_show(root: Path, asked: Late) -> None:
    path = root / "train.py"
    alone, told = places(analyze(read_document(path))), places(asked.findings(path))
    assert told - alone
    assert alone - told


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 0.95])
def test_missing_answers_only_hide(root: Path, asked: Late, share: float) -> None:
    path = root / "train.py"
    told = places(asked.findings(path))
    for seed in range(40):
        chance = random.Random(f"{share} {seed}")
        late = Late(answering(root), lambda question: chance.random() < share)  # noqa: B023
        late.asked = asked.asked
        assert places(late.findings(path)) <= told


def test_each_single_answer_that_is_missing_only_hides(root: Path, asked: Late) -> None:
    path = root / "train.py"
    told = places(asked.findings(path))
    for missing in list(asked.asked):
        late = Late(answering(root), lambda question: question != missing)  # noqa: B023
        late.asked = asked.asked
        assert places(late.findings(path)) <= told, missing


def test_the_order_of_answers_does_not_matter(root: Path, asked: Late) -> None:
    path = root / "train.py"
    told = seen(asked.findings(path))
    for seed in range(10):
        chance = random.Random(seed)
        analysis = Analysis(read_document(path), outside=lambda question: None)
        analysis.findings()
        while questions := analysis.questions():
            question = chance.choice(questions)
            analysis.take({question: asked.answer(question)})
            analysis.findings()
        assert seen(analysis.findings()) == told


def test_an_answer_that_changes_is_followed(root: Path, asked: Late) -> None:
    path = root / "train.py"
    analysis = Analysis(read_document(path), outside=asked.answer)
    told = seen(analysis.findings())
    assert not analysis.questions()
    for question, answer in list(asked.asked.items()):
        analysis.take({question: Answer()})
        analysis.findings()
        analysis.take({question: answer})
        analysis.findings()
        analysis.take({one: asked.answer(one) for one in analysis.questions()})
        assert seen(analysis.findings()) == told
