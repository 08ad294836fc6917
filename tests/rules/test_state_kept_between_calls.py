"""A recurrent state that an object hands from call to call: where it is told, how it is cut, and
where it is left alone."""

import pytest

from leakwise.engine import analyze, fixes_for
from leakwise.text import apply_edits
from tests.rules.snippets import document, lines, marked_lines

PAIR = """
    import torch
    from torch import nn

    class Agent:
        def __init__(self, width, actions):
            self.memory = nn.LSTMCell(width, 64)
            self.policy = nn.Linear(64, actions)
            self.h = torch.zeros(1, 64)
            self.c = torch.zeros(1, 64)

        def act(self, observation):
            self.h, self.c = self.memory(observation, (self.h, self.c))  # leak
            return self.policy(self.h).argmax(-1).item()
"""

WHOLE = """
    from torch import nn

    class Online:
        def __init__(self, optimizer):
            self.lstm = nn.LSTM(8, 32)
            self.optimizer = optimizer
            self.state = None

        def update(self, x, y):
            out, self.state = self.lstm(x, self.state)  # leak
            loss = nn.functional.mse_loss(out, y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
"""

LIGHT = """
    from torch import nn

    class Reader(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.GRU(8, 16)
            self.state = None

        def forward(self, x):
            out, self.state = self.rnn(x, self.state)  # leak
            return out
"""


@pytest.mark.parametrize(
    ("program", "code", "repair"),
    [
        (PAIR, "LP011", "self.h = self.h.detach()"),
        (WHOLE, "LP011", "self.state = tuple(s.detach() for s in self.state)"),
        (LIGHT, "LP004", "no_grad()"),
    ],
)
def test_it_is_told_and_cut(program: str, code: str, repair: str) -> None:
    before = document(program)
    (finding,) = analyze(before)
    assert finding.rule.code == code
    assert lines([finding]) == marked_lines(program)
    after = [apply_edits(before, fix.edits) for fix in fixes_for(finding, before)]
    assert any(repair in one for one in after)
    assert not analyze(before.with_text(after[0])[0])


QUIET = {
    "cut before each call": """
    def update(self, x, y):
        if self.h is not None:
            self.h = self.h.detach()
        self.h = self.cell(x, self.h)
        self.h.sum().backward()
""",
    "cut by a function that is not known": """
    def update(self, x, y):
        self.h = self.cell(x, cut_off(self.h))
        self.h.sum().backward()
""",
    "begun anew in each call": """
    def update(self, xs, y):
        self.h = torch.zeros(1, 8)
        for x in xs:
            self.h = self.cell(x, self.h)
        self.h.sum().backward()
""",
    "begun anew by another method": """
    def begin(self):
        self.h = None

    def act(self, x):
        self.h = self.cell(x, self.h)
        return self.h.argmax().item()
""",
    "handed to whoever calls": """
    def advance(self, x):
        self.h = self.cell(x, self.h)
        return self.h
""",
    "without recording": """
    @torch.no_grad()
    def act(self, x):
        self.h = self.cell(x, self.h)
        return self.h.argmax().item()
""",
    "given to another object": """
    def act(self, x, memory):
        self.h = self.cell(x, self.h)
        memory.store(self.h)
""",
}


@pytest.mark.parametrize("methods", QUIET.values(), ids=QUIET)
def test_what_is_no_leak_is_left_alone(methods: str) -> None:
    program = f"""
import torch

class Agent:
    def __init__(self, cell: torch.nn.GRUCell):
        self.cell = cell
        self.h = None
{methods}
"""
    assert not analyze(document(program))
