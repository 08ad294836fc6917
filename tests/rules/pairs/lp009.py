# mypy: ignore-errors
# ruff: noqa
"""LP009: retain_graph=True where the loop carries a state."""

# smelly
import torch
from torch import nn


def train(steps, batches, cell: nn.Module, head: nn.Module, optimizer):
    h = torch.zeros(4, 16)
    for x, y in batches:
        h = cell(x, h)
        loss = nn.functional.mse_loss(head(h), y)
        loss.backward(retain_graph=True)  # leak
        optimizer.zero_grad()


# repaired
import torch
from torch import nn


def train(steps, batches, cell: nn.Module, head: nn.Module, optimizer):
    h = torch.zeros(4, 16)
    for x, y in batches:
        h = cell(x, h.detach())
        loss = nn.functional.mse_loss(head(h), y)
        loss.backward()
        optimizer.zero_grad()
