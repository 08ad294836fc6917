"""The way of a leak: what each place of it has to do with it, and its line."""

import pytest

from leakwise.facts import Event
from tests.facts.reading import bodies

HEAD = """
import torch
from torch import nn
from torch.utils.tensorboard import SummaryWriter
from other import data, flag, hook
net = nn.Linear(2, 2)
"""

PATHS = {
    "a list of outputs": (
        """
def f():
    held = []
    for x in data:
        out = net(x)
        held.append(out)
""",
        [("made", "net(x)"), ("kept", "held.append(out)"), ("grows", "for x in data")],
    ),
    "a sum": (
        """
def f():
    total = 0
    for x in data:
        loss = net(x).sum()
        total += loss
""",
        [("made", "net(x)"), ("kept", "total += loss"), ("grows", "for x in data")],
    ),
    "made and kept in one statement": (
        """
def f():
    held = []
    for x in data:
        held.append(net(x))
""",
        [("kept", "held.append(net(x))"), ("grows", "for x in data")],
    ),
    "the outer loop grows": (
        """
def f():
    for x in data:
        held = []
        for y in x:
            held.append(net(y))
""",
        [("kept", "held.append(net(y))"), ("grows", "for y in x")],
    ),
    "a loop that calls it": (
        """
held = []
def f(x):
    held.append(net(x))
for x in data:
    f(x)
""",
        [("kept", "held.append(net(x))"), ("grows", "for x in data"), ("called", "f(x)")],
    ),
    "a hook": (
        """
def f():
    for x in data:
        handle = net.register_forward_hook(hook)
        net(x)
""",
        [("kept", "handle = net.register_forward_hook(hook)"), ("grows", "for x in data")],
    ),
    "a hook that is removed sometimes": (
        """
def f():
    for x in data:
        handle = net.register_forward_hook(hook)
        if flag:
            handle.remove()
""",
        [
            ("kept", "handle = net.register_forward_hook(hook)"),
            ("released", "handle.remove()"),
            ("grows", "for x in data"),
        ],
    ),
    "handles in a list": (
        """
def f(handles):
    for x in data:
        handle = net.register_forward_hook(hook)
        handles.append(handle)
""",
        [
            ("kept", "handle = net.register_forward_hook(hook)"),
            ("kept", "handles.append(handle)"),
            ("grows", "for x in data"),
        ],
    ),
    "an exception": (
        """
class A:
    def f(self):
        try:
            net(data)
        except RuntimeError as error:
            self.error = error
""",
        [("made", "except RuntimeError"), ("kept", "self.error = error")],
    ),
}


@pytest.mark.parametrize("name", PATHS)
def test_the_way_of_a_leak(name: str) -> None:
    code, expected = PATHS[name]
    facts = next(one for one in bodies(HEAD + code).values() if one.name == "f")
    event: Event = [
        *facts.keepings[:1],
        *facts.accumulations,
        *facts.acquisitions,
        *facts.storings,
    ][-1]
    lines = facts.module.document.lines
    found = []
    for step in facts.leak_path(event):
        span = step.place.resolve(lines)
        line = lines[span.start.line]
        found.append((str(step.role), line[span.start.column : span.end.column].strip()))
    assert found == expected
