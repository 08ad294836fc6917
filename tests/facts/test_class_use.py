"""What an attribute is by what all methods of its class do with it."""

import pytest

from leakwise.facts import ModuleFacts
from leakwise.text import Range
from tests.facts.reading import bodies, described, document

HEAD = """
import torch
from m import f
"""
CLASS = """
class Base:
    limit = 1
    {base}

class A(Base):
    def __init__(self, given):
        self.given = given
        v = self.given

    def use(self, x):
        v = self.given

    def run(self, x):
        {run}

    def other(self, x):
        {other}
"""


def used(run: str, other: str, base: str = "pass", at: str = "use") -> str:
    return described(
        bodies(HEAD + CLASS.format(run=run, other=other, base=base))[f"A.{at}"].value("v")
    )


@pytest.mark.parametrize(
    ("run", "other", "wanted"),
    [
        ("self.given(x)", "self.given.eval()", "module likely"),
        ("self.given(x)", "f(self.given.parameters())", "module likely"),
        ("self.given(x)", "self.given.load_state_dict(x)", "module likely"),
        ("self.given(x)", "self.given.train(x)", "unknown"),
        ("self.given(x)", "self.given.fit(x)", "unknown"),
        ("x.given(x)", "self.given.eval()", "unknown"),
        ("self.given.predict(x)", "self.given.eval()", "unknown"),
        ("self.given.zero_grad()", "self.given.step()", "optimizer likely"),
        ("self.given.reset()", "self.given.step()", "unknown"),
        ("def close(y): return self.given(y)", "self.given.eval()", "module likely"),
    ],
)
def test_kind_by_use_in_other_methods(run: str, other: str, wanted: str) -> None:
    assert used(run, other) == wanted
    assert used(run, other, at="__init__") == wanted


GIVEN = """
class A:
    def __init__(self, net, other):
        self.net = net
        self.other: object = other
        self.both = self.again = net
        self.of_net = net.head
        self.optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        other.fit(f)

    def run(self, x):
        self.net(x), self.other(x), self.again(x), self.of_net(x)
        net, other, again, of_net = self.net, self.other, self.again, self.of_net
"""


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("net", "module likely"),
        ("again", "module likely"),
        ("other", "unknown"),
        ("of_net", "unknown"),
    ],
)
def test_what_is_asked_of_a_name_tells_of_the_attributes_that_hold_it(
    name: str, wanted: str
) -> None:
    assert described(bodies(HEAD + GIVEN)["A.run"].value(name)) == wanted


def test_use_in_a_base_of_the_file() -> None:
    base = "def close(self): self.given.eval()"
    assert used("self.given(x)", "pass", base) == "module likely"


def test_use_in_another_class_tells_nothing() -> None:
    other = "pass\n\nclass B:\n    def close(self):\n        self.given.eval()"
    assert used("self.given(x)", other) == "unknown"


def test_what_is_known_stays_known() -> None:
    code = (
        "class A:\n    def __init__(self):\n        self.given = 3\n"
        "    def use(self):\n        v = self.given\n        self.given(1)\n"
        "        self.given.eval()\n"
    )
    assert described(bodies(HEAD + code)["A.use"].value("v")) == "number"


def test_an_optimizer_class_is_no_network() -> None:
    code = (
        "def train(make=torch.optim.Adam):\n    make = make(f())\n    v = make\n"
        "    make.zero_grad()\n    make.step()\n"
    )
    assert described(bodies(HEAD + code)["train"].value("make")) != "output attached likely"
    steps = [step.what for step in bodies(HEAD + code)["train"].training_steps]
    assert steps == ["step"]


def test_an_edit_of_one_method_reaches_the_others() -> None:
    module = ModuleFacts(document(HEAD + CLASS.format(run="self.given(x)", other="pass", base="")))
    (use,) = (one for one in module.new_bodies() if one.qualified == "A.use")
    assert described(module.facts(use).value("v")) == "unknown"
    lines = module.document.lines
    last = max(number for number, line in enumerate(lines) if "pass" in line)
    changed, change = module.document.replace(Range.of(last, 8, last, 12), "self.given.eval()")
    module.update(changed, [change])
    assert described(module.facts(use).value("v")) == "module likely"


def test_use_is_seen_anew_in_the_blocks_of_a_long_body() -> None:
    filler = "".join(f"    a{number} = {number}\n" for number in range(80))
    code = f"def run(net, x):\n    v = net(x)\n{filler}    w = net(x)\n    print(net)\n"
    module = ModuleFacts(document(HEAD + code))
    (run,) = (one for one in module.new_bodies() if one.qualified == "run")
    assert described(module.facts(run).value("v")) == "unknown"
    line = next(n for n, one in enumerate(module.document.lines) if "print(net)" in one)
    for used, wanted in [("net.eval()  ", "output attached likely"), ("print(net)  ", "unknown")]:
        changed, change = module.document.replace(Range.of(line, 4, line, 14), used[:10])
        module.update(changed, [change])
        for name in ("v", "w"):
            assert described(module.facts(run).value(name)) == wanted
