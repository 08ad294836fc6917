# mypy: ignore-errors
# ruff: noqa
"""LP003: a moving average of losses with their graphs."""

# smelly
import torch.nn.functional as F
from torch import nn


def train(net: nn.Module, batches, optimizer):
    smooth = 0.0
    for x, y in batches:
        loss = F.l1_loss(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        smooth = 0.99 * smooth + 0.01 * loss  # leak
        print(float(smooth))


# repaired
import torch.nn.functional as F
from torch import nn


def train(net: nn.Module, batches, optimizer):
    smooth = 0.0
    for x, y in batches:
        loss = F.l1_loss(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        smooth = 0.99 * smooth + 0.01 * loss.item()
        print(float(smooth))
