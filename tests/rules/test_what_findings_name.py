"""Of several things that a finding could name, it names the one of which most is known."""

from textwrap import dedent

import pytest

from leakwise.engine import analyze
from leakwise.text import Document

LOADED = """
    import torch

    def simulate(net, schedulers, path):
        optimizer = torch.optim.Adam(net.parameters())
        stored = torch.load(path)
        for index, one in enumerate(schedulers):
            one.load_state_dict(stored[f"part_{index}"])
        optimizer.load_state_dict(stored["optimizer"])
"""
PARTS = """
    import torch

    def simulate(schedulers, path):
        stored = torch.load(path)
        for index, one in enumerate(schedulers):
            one.load_state_dict(stored[f"part_{index}"])
            one.optimizer.load_state_dict(stored["optimizer"])
"""

OBJECTS = """
    import torch

    class Warmup:
        def load_state_dict(self, state):
            self.step = state["step"]

    def simulate(warmups: list[Warmup], optimizer, path):
        stored = torch.load(path)
        for index, one in enumerate(warmups):
            one.load_state_dict(stored[f"part_{index}"])
        optimizer.load_state_dict(stored["optimizer"])
"""
LAST_NAME = """
    import torch

    def resume(lr_scheduler, path):
        stored = torch.load(path)
        lr_scheduler.load_state_dict(stored["schedule"])
        lr_scheduler.optimizer.load_state_dict(stored["optimizer"])
"""
RUNNING = """
    import torch

    def resume(trainer, parts, path):
        stored = torch.load(path)
        trainer.load_state_dict(stored["trainer"])
        for key, state in stored.items():
            if key in parts:
                parts[key].load_state_dict(state)
"""

ACTING = """
    import random
    import torch

    class Agent:
        def __init__(self, env, memory):
            self.env, self.memory = env, memory
            self.net = torch.nn.Linear(4, 2)
            self.transition = []
            self.is_test = False

        def select_action(self, state):
            if not self.is_test and random.random() < 0.1:
                action = self.env.action_space.sample()
            else:
                action = self.net(torch.FloatTensor(state)).argmax(){cut}
            if not self.is_test:
                self.transition = [state, action]
            return action

        def step(self, action):
            state, reward, done = self.env.step(action)
            self.memory.store(*self.transition, reward, state, done)
            return state, reward, done

        def test(self):
            self.is_test = True
            state, done, score = self.env.reset(), False, 0
            while not done:
                action = self.select_action(state)
                state, reward, done = self.step(action)
                score += reward
            return score

        def update(self, states, targets):
            loss = torch.nn.functional.mse_loss(self.net(states), targets)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
"""


@pytest.mark.parametrize(
    ("code", "named"),
    [
        (LOADED, "`optimizer`"),
        (PARTS, "`one.optimizer`"),
        (OBJECTS, "`optimizer`"),
        (LAST_NAME, "`lr_scheduler.optimizer`"),
        (RUNNING, "`parts[key]`"),
    ],
)
def test_a_checkpoint_is_said_to_be_had_by_what_holds_tensors(code: str, named: str) -> None:
    (found,) = analyze(Document.from_text("file:///stored.py", dedent(code)))
    assert named in found.message
    assert named in found.related[0].message


def test_what_a_function_cuts_is_not_said_to_be_kept_by_who_calls_it() -> None:
    code = dedent(ACTING.format(cut=".detach().cpu().numpy()"))
    (found,) = analyze(Document.from_text("file:///agent.py", code))
    assert found.rule.code == "LP007"
    assert "nothing needs it" in found.message
