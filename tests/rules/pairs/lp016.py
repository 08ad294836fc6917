# mypy: ignore-errors
# ruff: noqa
"""LP016: a hook for every batch."""

# smelly
from torch import nn


def probe(net: nn.Module, loader):
    shapes = []

    def note(module, inputs, output):
        shapes.append(tuple(output.shape))

    for x in loader:
        net.register_forward_hook(note)  # leak
        net(x).sum().backward()
    return shapes


# repaired
from torch import nn


def probe(net: nn.Module, loader):
    shapes = []

    def note(module, inputs, output):
        shapes.append(tuple(output.shape))

    handle = net.register_forward_hook(note)
    for x in loader:
        net(x).sum().backward()
    handle.remove()
    return shapes
