# mypy: ignore-errors
# ruff: noqa
"""LP034: a network traced again and again."""

# smelly
import torch
from torch import nn

net = nn.Linear(8, 8)
for x in requests:
    traced = torch.jit.trace(net, x)  # leak
    answer(traced(x))

# repaired
import torch
from torch import nn

net = nn.Linear(8, 8)
traced = torch.jit.trace(net, torch.ones(1, 8))
for x in requests:
    answer(traced(x))
