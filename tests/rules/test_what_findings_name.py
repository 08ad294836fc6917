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


@pytest.mark.parametrize(("code", "named"), [(LOADED, "`optimizer`"), (PARTS, "`one.optimizer`")])
def test_a_checkpoint_is_said_to_be_had_by_what_holds_tensors(code: str, named: str) -> None:
    (found,) = analyze(Document.from_text("file:///stored.py", dedent(code)))
    assert named in found.message
    assert named in found.related[0].message
