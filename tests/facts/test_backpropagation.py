"""Evidence that crosses bodies: callees, other methods, and what frameworks do with a result."""

import pytest

from tests.facts.reading import bodies, described

HEAD = """
import lightning as L
import torch
import transformers
from m import f, flag, scaler, Unknown
"""


def value(code: str, name: str, path: str = "v") -> str:
    return described(bodies(HEAD + code)[name].value(path))


CALLEES = {
    "a function": ("def go(x):\n    x.backward()", "go(v)", True),
    "by keyword": ("def go(a, x):\n    x.backward()", "go(1, x=v)", True),
    "its mean": ("def go(x):\n    x.mean().backward()", "go(v)", True),
    "what it holds": ("def go(xs):\n    sum(xs).backward()", "go(v)", True),
    "on every branch": (
        "def go(x):\n    if flag:\n        scaler.scale(x).backward()\n    else:\n"
        "        x.backward()",
        "go(v)",
        True,
    ),
    "on one branch": ("def go(x, train):\n    if train:\n        x.backward()", "go(v, 1)", False),
    "another parameter": ("def go(x, y):\n    y.backward()", "go(v, f())", False),
    "bound anew": ("def go(x):\n    x = f()\n    x.backward()", "go(v)", False),
    "a name bound here": ("def go(x):\n    x.backward()", "go = f()\n    go(v)", False),
}


@pytest.mark.parametrize(
    ("callee", "use", "proven"),
    [pytest.param(*case, id=why) for why, case in CALLEES.items()],
)
def test_what_a_callee_backpropagates(callee: str, use: str, proven: bool) -> None:
    found = value(f"{callee}\n\ndef outer():\n    v = f()\n    {use}\n", "outer")
    assert ("attached" in found) is proven


def test_what_another_method_is_given() -> None:
    code = """
class A:
    def back(self, loss):
        scaler.scale(loss).backward()

    def step(self):
        v = f()
        self.back(v)
"""
    assert value(code, "A.step") == "tensor attached scalar likely"


STORED = """
class A:
    def __init__(self):
        self.loss = None
        self.losses = []

    def make(self):
        v = f()
        {store}

    {other}

    def update(self):
        {use}
"""


@pytest.mark.parametrize(
    ("store", "use", "other", "proven"),
    [
        ("self.loss = v", "self.loss.backward()", "", True),
        ("self.loss = v", "scaler.scale(self.loss).backward()", "", True),
        ("self.losses.append(v)", "torch.stack(self.losses).sum().backward()", "", True),
        ("self.loss = v", "self.loss = f()\n        self.loss.backward()", "", False),
        ("self.loss = v", "f(self.loss)", "", False),
        (
            "self.loss = v",
            "self.loss.backward()",
            "def evaluate(self):\n        self.loss = f()",
            False,
        ),
    ],
)
def test_what_another_method_backpropagates(store: str, use: str, other: str, proven: bool) -> None:
    found = value(STORED.format(store=store, use=use, other=other), "A.make")
    assert ("attached" in found) is proven


@pytest.mark.parametrize(
    ("base", "method", "result", "proven"),
    [
        ("L.LightningModule", "training_step", "v", True),
        ("L.LightningModule", "training_step", "{'loss': v, 'n': 1}", True),
        ("L.LightningModule", "training_step", "v.mean()", True),
        ("L.LightningModule", "validation_step", "v", False),
        ("L.LightningModule", "training_step", "{'n': v}", False),
        ("transformers.Trainer", "compute_loss", "(v, f()) if flag else v", True),
        ("transformers.Trainer", "compute_loss", "(f(), v)", False),
        ("Unknown", "training_step", "v", False),
    ],
)
def test_what_a_trainer_backpropagates(base: str, method: str, result: str, proven: bool) -> None:
    code = (
        f"class A({base}):\n    def {method}(self, batch):\n"
        f"        v = f(batch)\n        return {result}\n"
    )
    assert ("attached" in value(code, f"A.{method}")) is proven


CONSUMED = """
class Base:
    {base}

class A(Base):
    def __init__(self):
        self.losses = []

    def run(self, steps):
        for s in steps:
            self.losses.append(f(s))
            f().backward()

    {other}
"""


@pytest.mark.parametrize(
    ("base", "other", "consumed"),
    [
        ("pass", "pass", False),
        ("pass", "def update(self):\n        torch.stack(self.losses).sum().backward()", True),
        ("pass", "def update(self):\n        sum(x.losses).backward()", False),
        ("def update(self):\n        sum(self.losses).backward()", "pass", True),
        ("pass", "def update(self):\n        for x in self.losses: x.backward()", True),
    ],
)
def test_an_attribute_that_another_method_backpropagates(
    base: str, other: str, consumed: bool
) -> None:
    run = bodies(HEAD + CONSUMED.format(base=base, other=other))["A.run"]
    assert run.backpropagated(frozenset({"self.losses"})) is consumed


GIVEN_BACK = {
    "the whole": ("return v", "loss = self.give(x)\n        loss.backward()", True),
    "one of two": (
        "return v, w",
        "loss, told = self.give(x)\n        scaler.scale(loss).backward()",
        True,
    ),
    "the other of two": (
        "return w, v",
        "loss, told = self.give(x)\n        loss.backward()",
        False,
    ),
    "a term": (
        "total = v + w\n        return total",
        "a = self.give(x)\n        a.backward()",
        True,
    ),
    "its mean": ("return v.mean()", "loss = self.give(x)\n        loss.backward()", True),
    "in one of two ways": (
        "return (v, w) if flag else (v, None)",
        "loss, told = self.give(x)\n        loss.backward()",
        True,
    ),
    "nothing": ("return v", "loss = self.give(x)\n        loss.item()", False),
    "another result": (
        "return v",
        "loss = self.give(x)\n        loss = f()\n        loss.backward()",
        False,
    ),
    "another method": ("return v", "loss = self.take(x)\n        loss.backward()", False),
}


@pytest.mark.parametrize(
    ("given", "use", "proven"),
    [pytest.param(*case, id=why) for why, case in GIVEN_BACK.items()],
)
def test_what_a_caller_backpropagates_of_what_a_function_gives(
    given: str, use: str, proven: bool
) -> None:
    code = f"""
class A:
    def give(self, x):
        v = f(x)
        w = Unknown(x)
        {given}

    def step(self, x):
        {use}
"""
    assert ("attached" in value(code, "A.give")) is proven
