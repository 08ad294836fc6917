# mypy: ignore-errors
# ruff: noqa
"""LP018: a tensor whose hook refers to it."""

# smelly
import torch
from torch import nn


def train(net: nn.Module, loader):
    for x in loader:
        out = net(x)
        out.register_hook(lambda grad: print(out.shape, grad.norm()))  # leak
        out.sum().backward()


# repaired
import torch
from torch import nn


def train(net: nn.Module, loader):
    for x in loader:
        out = net(x)
        shape = out.shape
        out.register_hook(lambda grad: print(shape, grad.norm()))
        out.sum().backward()
