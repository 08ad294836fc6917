# mypy: ignore-errors
# ruff: noqa
"""LP019: a second attempt in the except clause."""

# smelly
import torch
from torch import nn


def forward(net: nn.Module, batch):
    try:
        return net(batch)
    except torch.cuda.OutOfMemoryError:
        first, second = batch.chunk(2)
        return torch.cat([net(first), net(second)])  # leak


# repaired
import torch
from torch import nn


def forward(net: nn.Module, batch):
    try:
        return net(batch)
    except torch.cuda.OutOfMemoryError:
        pass
    first, second = batch.chunk(2)
    return torch.cat([net(first), net(second)])
