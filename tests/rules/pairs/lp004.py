# mypy: ignore-errors
# ruff: noqa
"""LP004: a module's statistic made from itself, graph and all."""

# smelly
import torch
from torch import nn


class Centred(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layer = nn.Linear(width, width)
        self.register_buffer("centre", torch.zeros(width))

    def forward(self, x):
        out = self.layer(x)
        self.centre = 0.9 * self.centre + 0.1 * out.mean(0)  # leak
        return out - self.centre


# repaired
import torch
from torch import nn


class Centred(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layer = nn.Linear(width, width)
        self.register_buffer("centre", torch.zeros(width))

    def forward(self, x):
        out = self.layer(x)
        self.centre = 0.9 * self.centre + 0.1 * out.mean(0).detach()
        return out - self.centre
