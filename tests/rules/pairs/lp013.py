# mypy: ignore-errors
# ruff: noqa
"""LP013: samples drawn step by step with a graph."""

# smelly
import torch
from torch import nn


def sample(net: nn.Module, count, steps):
    x = torch.randn(count, 3, 32, 32)
    for t in range(steps):
        x = x - 0.1 * net(x)  # leak
    return x


# repaired
import torch
from torch import nn


@torch.no_grad()
def sample(net: nn.Module, count, steps):
    x = torch.randn(count, 3, 32, 32)
    for t in range(steps):
        x = x - 0.1 * net(x)
    return x
