# mypy: ignore-errors
# ruff: noqa
"""LP008: evaluation mode taken for no_grad."""

# smelly
import torch
from torch import nn


def validate(net: nn.Module, loader):
    net.eval()
    right = 0
    for x, y in loader:
        right += (net(x).argmax(1) == y).sum().item()  # leak
    return right


print(validate(nn.Linear(8, 3), loader))

# repaired
import torch
from torch import nn


@torch.no_grad()
def validate(net: nn.Module, loader):
    net.eval()
    right = 0
    for x, y in loader:
        right += (net(x).argmax(1) == y).sum().item()
    return right


print(validate(nn.Linear(8, 3), loader))
