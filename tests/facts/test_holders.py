"""What keeps a value, and for how long: each case is a program in which `held` grows."""

import pytest

from leakwise.facts import BodyFacts, Holder
from tests.facts.reading import bodies

HEAD = """
from collections import deque
import lightning as L
import torch
from other import data, flag, x
"""


def holder(body: BodyFacts) -> Holder:
    event = body.keepings[0]
    found = body.holder(event)
    assert found is not None
    return found


IN_A_FUNCTION = {
    "the call's": ("held = []\nfor x in data:\n    held.append(x)", "CALL"),
    "the iteration's": (
        "for x in data:\n    held = []\n    for y in x:\n        pass\n    held.append(x)",
        "ITERATION",
    ),
    "the outer loop's": (
        "for x in data:\n    held = []\n    for y in x:\n        held.append(y)",
        "EPOCH",
    ),
    "cleared in the outer loop": (
        "held = []\nfor x in data:\n    held.clear()\n    for y in x:\n        held.append(y)",
        "EPOCH",
    ),
    "cleared in the same loop": (
        "held = []\nfor x in data:\n    held.append(x)\n    if flag:\n        held.clear()",
        "ITERATION",
    ),
    "outside a loop": ("held = []\nheld.append(x)", "CALL"),
}


@pytest.mark.parametrize("name", IN_A_FUNCTION)
def test_what_a_function_makes(name: str) -> None:
    code, expected = IN_A_FUNCTION[name]
    body = "\n".join(f"    {line}" for line in code.splitlines())
    found = holder(bodies(f"{HEAD}\ndef f(data):\n{body}\n")["f"])
    assert (found.life.name, found.outlives_call) == (expected, False)


OUTSIDE = {
    "a parameter": ("def f(held, x):\n    held.append(x)", "UNKNOWN"),
    "a default": ("def f(x, held=[]):\n    held.append(x)", "PROCESS"),
    "a default after others": ("def f(x, y=1, *, held={}):\n    held[x] = x", "PROCESS"),
    "a default that is none": ("def f(x, held=None):\n    held.append(x)", "UNKNOWN"),
    "a name of the file": ("held = []\ndef f(x):\n    held.append(x)", "PROCESS"),
    "a global": ("held = []\ndef f(x):\n    global held\n    held.append(x)", "PROCESS"),
    "a name that is cleared elsewhere": (
        "held = []\ndef f(x):\n    held.append(x)\ndef on():\n    held.clear()",
        "PROCESS",
    ),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_was_there_before(name: str) -> None:
    code, expected = OUTSIDE[name]
    found = holder(bodies(f"{HEAD}\n{code}\n")["f"])
    assert (found.life.name, found.outlives_call) == (expected, True)


def test_a_name_of_the_function_round_it() -> None:
    found = holder(
        bodies("def g():\n    held = []\n    def f(x):\n        held.append(x)\n")["g.f"]
    )
    assert (found.life.name, found.outlives_call) == ("OBJECT", True)


def test_the_top_level() -> None:
    found = holder(bodies(f"{HEAD}\nheld = []\nfor x in data:\n    held.append(x)\n")[""])
    assert (found.life.name, found.outlives_call) == ("PROCESS", True)


ATTRIBUTES = {
    "never emptied": ("def other(self): pass", "OBJECT", []),
    "emptied per epoch": (
        "def on_train_epoch_end(self):\n        self.held.clear()",
        "EPOCH",
        ["emptied"],
    ),
    "rebound per epoch": (
        "def on_train_epoch_start(self):\n        self.held = []",
        "EPOCH",
        ["emptied"],
    ),
    "deleted per epoch": (
        "def on_train_epoch_start(self):\n        del self.held[:]",
        "EPOCH",
        ["emptied"],
    ),
    "emptied each step": (
        "def on_train_batch_start(self, *a):\n        self.held.clear()",
        "ITERATION",
        ["emptied"],
    ),
    "emptied at an unknown time": (
        "def flush(self):\n        self.held = []",
        "OBJECT",
        ["emptied"],
    ),
    "emptied under a condition": (
        "def flush(self):\n        if len(self.held) > 9:\n            self.held.pop(0)",
        "OBJECT",
        ["taken"],
    ),
    "trimmed": ("def cut(self):\n        self.held = self.held[-10:]", "OBJECT", ["trimmed"]),
    "trimmed by deletion": ("def cut(self):\n        del self.held[:-10]", "OBJECT", ["trimmed"]),
    "one deleted": ("def cut(self):\n        del self.held[0]", "OBJECT", ["taken"]),
    "unpacked": ("def cut(self):\n        self.held, self.b = [], 1", "OBJECT", ["emptied"]),
    "grown, not cut": ("def grow(self):\n        self.held = self.held + [1]", "OBJECT", []),
    "read only": ("def mean(self):\n        return sum(self.held)", "OBJECT", []),
}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_an_attribute(name: str) -> None:
    code, life, limits = ATTRIBUTES[name]
    found = holder(
        bodies(
            f"""{HEAD}
class A(L.LightningModule):
    def __init__(self):
        self.held = []
    def training_step(self, x):
        self.held.append(x)
    {code}
"""
        )["A.training_step"]
    )
    assert found.life.name == life
    assert [str(limit.how) for limit in found.limits] == limits


BOUNDED = {
    "a deque": "self.held = deque(maxlen=9)",
    "a deque of an unknown length": "self.held = deque([], flag)",
}


@pytest.mark.parametrize("name", BOUNDED)
def test_what_is_bounded(name: str) -> None:
    found = holder(
        bodies(
            f"{HEAD}\nclass A:\n    def __init__(self):\n        {BOUNDED[name]}\n"
            "    def f(self, x):\n        self.held.append(x)\n"
        )["A.f"]
    )
    assert [str(limit.how) for limit in found.limits] == ["maxlen"]


def test_a_ring() -> None:
    found = holder(
        bodies(
            "class A:\n    def __init__(self):\n        self.held = {}\n"
            "    def f(self, x, i):\n        self.held[i % 10] = x\n"
        )["A.f"]
    )
    assert [str(limit.how) for limit in found.limits] == ["slot"]


def test_a_name_that_is_cleared_elsewhere() -> None:
    code = "held = []\ndef f(x):\n    held.append(x)\ndef on():\n    held.clear()\n"
    limit = holder(bodies(code)["f"]).limits[0]
    assert (str(limit.how), limit.function) == ("emptied", "on")


def test_a_value_of_the_class() -> None:
    code = "class A:\n    held = []\n    def f(self, x):\n        self.held.append(x)\n"
    assert holder(bodies(code)["A.f"]).life.name == "PROCESS"


def test_a_value_of_the_class_that_each_object_replaces() -> None:
    code = (
        "class A:\n    held = []\n    def __init__(self):\n        self.held = []\n"
        "    def f(self, x):\n        self.held.append(x)\n"
    )
    assert holder(bodies(code)["A.f"]).life.name == "OBJECT"


def test_caught_exceptions_that_are_kept() -> None:
    found = bodies(
        """
errors = []
class A:
    def f(self):
        try:
            work()
        except RuntimeError as error:
            self.error = error
            errors.append(error)
            print(error)
"""
    )["A.f"]
    assert [(one.path, str(one.value.kind)) for one in found.storings] == [
        ("self.error", "exception")
    ]
    assert [(one.holder, str(one.stored.kind)) for one in found.keepings] == [
        ("errors", "exception")
    ]


def test_handlers_and_what_runs_in_them() -> None:
    body = bodies(
        """
import torch
from torch import nn
def f(net: nn.Module, x):
    try:
        net(x)
    except (RuntimeError, torch.cuda.OutOfMemoryError):
        net(x[:1])
    except:
        pass
"""
    )["f"]
    assert [one.catches for one in body.handlings] == [
        ("builtins.RuntimeError", "torch.cuda.OutOfMemoryError"),
        (),
    ]
    again = [
        call.place for call in body.module_calls if body.handlings[0].place.contains(call.place)
    ]
    assert len(again) == 1
    assert all(body.handlings[0].attempt.contains(call.place) for call in body.module_calls)


def test_what_a_clause_says_and_what_was_tried() -> None:
    body = bodies("""
def f(net):
    try:
        net()
    except RuntimeError as error:
        if "Out of memory" in str(error):
            net()
""")["f"]
    [handling] = body.handlings
    assert handling.says == {"out of memory"}
    assert (handling.attempted.line, handling.attempted.end_line) == (2, 2)
