# mypy: ignore-errors
# ruff: noqa
"""LP002: a list of losses with their graphs."""

# smelly
import torch.nn.functional as F
from torch import nn


def train(net: nn.Module, batches, optimizer):
    curve = []
    for x, y in batches:
        loss = F.mse_loss(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        curve.append(loss)  # leak
    return curve


# repaired
import torch.nn.functional as F
from torch import nn


def train(net: nn.Module, batches, optimizer):
    curve = []
    for x, y in batches:
        loss = F.mse_loss(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        curve.append(loss.item())
    return curve
