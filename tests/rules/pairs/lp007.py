# mypy: ignore-errors
# ruff: noqa
"""LP007: predictions made with a graph."""

# smelly
import torch
from torch import nn


def predict(net: nn.Module, loader):
    scores = []
    for x in loader:
        scores.append(net(x).cpu())  # leak
    return scores


predictions = predict(nn.Linear(8, 1), loader)

# repaired
import torch
from torch import nn


@torch.no_grad()
def predict(net: nn.Module, loader):
    scores = []
    for x in loader:
        scores.append(net(x).cpu())
    return scores


predictions = predict(nn.Linear(8, 1), loader)
