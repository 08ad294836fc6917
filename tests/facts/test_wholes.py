"""What a layer that a hook is put on is a part of."""

import textwrap

import pytest

from tests.facts.reading import bodies

HEAD = """\
import copy
from torch import nn

class Tool:
    def __init__(self, net: nn.Module):
        self.net = net

    def use(self, batch, wanted, blocks):
"""


def wholes(code: str) -> frozenset[str]:
    """Of the one hook in a method's code."""
    facts = bodies(HEAD + textwrap.indent(code, " " * 8))["Tool.use"]
    (hook,) = facts.hooks
    return facts.wholes(hook)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("self.net.register_forward_hook(print)", {"self.net"}),
        ("self.net.blocks[0].register_forward_hook(print)", {"self.net.blocks[0]"}),
        ("layer = self.net.head[-1]\nlayer.register_forward_hook(print)", {"self.net.head[-1]"}),
        ("getattr(self.net, wanted).register_forward_hook(print)", {"self.net"}),
        (
            "net = self.net.eval()\nnet.get_submodule(wanted).register_forward_hook(print)",
            {"self.net"},
        ),
        ("self.net._modules.get(wanted).register_forward_hook(print)", {"self.net._modules"}),
        ("dict(self.net.named_modules())[wanted].register_forward_hook(print)", {"self.net"}),
        ("dict([*self.net.named_modules()])[wanted].register_forward_hook(print)", {"self.net"}),
        (
            "for name, layer in self.net.named_children():\n    layer.register_forward_hook(print)",
            {"self.net"},
        ),
        (
            "for i, layer in enumerate(self.net.head):\n    layer.register_forward_hook(print)",
            {"self.net.head"},
        ),
        (
            "for key, layer in zip(wanted, self.net):\n    layer.register_forward_hook(print)",
            {"self.net"},
        ),
        (
            "for layer in [self.net.a, self.net.b]:\n    layer.register_forward_hook(print)",
            {"self.net.a", "self.net.b"},
        ),
        ("[layer.register_forward_hook(print) for layer in self.net.modules()]", {"self.net"}),
        (
            "found = [one for one in self.net.modules() if wanted(one)]\n"
            "for layer in found:\n    layer.register_forward_hook(print)",
            {"self.net"},
        ),
        ("for layer in blocks:\n    layer.register_forward_hook(print)", {"blocks"}),
        # What may have been made here is a part of nothing.
        ("net = nn.Linear(4, 4)\nnet.register_forward_hook(print)", set()),
        ("net = copy.deepcopy(self.net)\nnet.head.register_forward_hook(print)", set()),
        ("net = build(self.net)\nnet.register_forward_hook(print)", set()),
        ("self.own = nn.Linear(4, 4)\nown = self.own\nown.register_forward_hook(print)", set()),
        ("blocks = make(blocks)\nblocks.register_forward_hook(print)", set()),
        ("layer = self.net if batch else nn.Identity()\nlayer.register_forward_hook(print)", set()),
        (
            "layer = self.net\nif batch:\n    layer = build()\nlayer.register_forward_hook(print)",
            set(),
        ),
        (
            "for layer in [make(key) for key in wanted]:\n    layer.register_forward_hook(print)",
            set(),
        ),
        ("with opened(self.net) as layer:\n    layer.register_forward_hook(print)", set()),
    ],
)
def test_a_layer_is_a_part_of_what_it_was_looked_up_in(code: str, expected: set[str]) -> None:
    assert wholes(code) == expected
