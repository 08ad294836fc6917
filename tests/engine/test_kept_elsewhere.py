"""Meters and logs of other files that keep the graphs of what they are handed."""

from pathlib import Path

import pytest

from tests.symbols.inside import Late, answering, written

METERS = """
    import torch
    from collections import defaultdict

    class Mean:
        def __init__(self):
            self.reset()

        def reset(self):
            self.total, self.count = 0.0, 0

        def update(self, value, count=1):
            self.total += value * count
            self.count += count

        @property
        def mean(self):
            return self.total / self.count

    class Careful(Mean):
        def update(self, value, count=1):
            if torch.is_tensor(value):
                value = value.detach()
            self.total += value * count
            self.count += count

    class Numbers(Mean):
        def update(self, value, count=1):
            self.total += float(value) * count

    class Named:
        def __init__(self, names):
            self.values = {name: [] for name in names}
            self.last = None

        def add(self, **values):
            for name, value in values.items():
                self.values[name].append(value)

        def add_all(self, values):
            for name, value in zip(self.values, values):
                self.values[name].append(value)

        def show(self, value):
            self.last = value
            print(value)
"""
TRAIN = """
    from torch import nn
    from meters import Careful, Mean, Named, Numbers

    def train(net: nn.Module, loader, optimizer):
        meter, log = METER, Named(["a", "b"])
        for x, y in loader:
            loss = nn.functional.mse_loss(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            CALL
        return meter, log
"""


def found(folder: Path, meter: str, call: str) -> list[tuple[str, str]]:
    code = TRAIN.replace("METER", meter).replace("CALL", call)
    root = written(folder, {"meters.py": METERS, "train.py": code})
    findings = Late(answering(root), lambda question: True).findings(root / "train.py")
    return [(one.rule.code, one.message) for one in findings]


@pytest.mark.parametrize(
    ("meter", "call", "holder"),
    [
        ("Mean()", "meter.update(loss, len(x))", "`meter.total`"),
        ("Mean()", "meter.update(value=loss)", "`meter.total`"),
        ("Mean()", "meter.update(2 * loss + 1)", "`meter.total`"),
        ("Mean()", "log.add_all([loss, 2 * loss])", "`log.values`"),
    ],
)
def test_what_is_kept_with_its_graph(tmp_path: Path, meter: str, call: str, holder: str) -> None:
    ((code, message),) = found(tmp_path, meter, call)
    assert code == "LP006"
    assert holder in message


@pytest.mark.parametrize(
    ("meter", "call"),
    [
        ("Mean()", "meter.update(loss.item(), len(x))"),
        ("Mean()", "meter.update(loss.detach())"),
        ("Mean()", "meter.update(len(x), loss.item())"),
        ("Careful()", "meter.update(loss)"),
        ("Numbers()", "meter.update(loss)"),
        ("Mean()", "log.show(loss)"),
        # Nothing of one step is there in the next.
        ("Mean()", "meter.update(loss); print(meter.mean); meter.reset()"),
        ("Mean()", "meter = Mean(); meter.update(loss)"),
    ],
)
def test_what_is_kept_without(tmp_path: Path, meter: str, call: str) -> None:
    assert found(tmp_path, meter, call) == []


def test_a_mean_that_is_backpropagated_needs_its_graphs(tmp_path: Path) -> None:
    code = """
        from torch import nn
        from meters import Mean

        def train(net: nn.Module, loader, optimizer):
            meter = Mean()
            for x, y in loader:
                meter.update(nn.functional.mse_loss(net(x), y))
            optimizer.zero_grad()
            meter.mean.backward()
            optimizer.step()
    """
    root = written(tmp_path, {"meters.py": METERS, "train.py": code})
    assert Late(answering(root), lambda question: True).findings(root / "train.py") == []
