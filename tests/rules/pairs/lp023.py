# mypy: ignore-errors
# ruff: noqa
"""LP023: a copy of the weights for every epoch."""

# smelly
import copy

from torch import nn


def fit(net: nn.Module, loader, epochs):
    snapshots = []
    for epoch in range(epochs):
        train_epoch(net, loader)
        snapshots.append(copy.deepcopy(net.state_dict()))  # leak
    return snapshots


# repaired
import torch
from torch import nn


def fit(net: nn.Module, loader, epochs):
    for epoch in range(epochs):
        train_epoch(net, loader)
        torch.save(net.state_dict(), f"epoch{epoch}.pt")
