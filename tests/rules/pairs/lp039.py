# mypy: ignore-errors
# ruff: noqa
"""LP039: a pack hook that keeps what it is given."""

# smelly
import torch
from torch import nn

net = nn.Linear(8, 8)
for x in loader:
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):  # leak
        loss = net(x).pow(2).sum()
    loss.backward()

# repaired
import torch
from torch import nn

net = nn.Linear(8, 8)
for x in loader:
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.detach(), lambda t: t):
        loss = net(x).pow(2).sum()
    loss.backward()
