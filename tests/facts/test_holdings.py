"""What the objects of a class hold, also through other objects."""

import pytest

from leakwise.facts import Kind
from tests.facts.reading import bodies

HEAD = """
import torch
from torch import nn

class Net(nn.Module):
    pass

class Holder:
    def __init__(self):
        self.net = Net()

class Derived(Holder):
    def look(self):
        pass

class ByUse:
    def __init__(self, net):
        self.net = net
        self.net.eval()
    def look(self, x):
        return self.net(x)

class Nothing:
    def __init__(self, path, count):
        self.path, self.count = path, count

class Round:
    def __init__(self):
        self.other = Trip()

class Trip:
    def __init__(self):
        self.other = Round()
"""


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ("Net()", True),
        ("[Net() for _ in range(3)]", True),
        ("{'one': Net()}", True),
        ("(1, Net())", True),
        ("Holder()", True),
        ("Derived()", True),
        ("[Holder() for _ in range(3)]", True),
        ("ByUse(given)", True),
        ("Nothing(given, 3)", False),
        ("Round()", False),
        ("given", False),
        ("made(given)", False),
        ("'text'", False),
    ],
)
def test_an_object_holds_a_network(held: str, expected: bool) -> None:
    code = f"{HEAD}\nclass Asked:\n    def __init__(self, given):\n        self.held = {held}\n"
    class_ = bodies(code)["Asked.__init__"].class_
    assert class_ is not None
    assert class_.holds(frozenset({Kind.MODULE})) is expected
    assert not class_.holds(frozenset({Kind.WRITER}))
