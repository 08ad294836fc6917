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
