# mypy: ignore-errors
# ruff: noqa
"""LP024: a checkpoint loaded onto the device it came from."""

# smelly
import torch
from torch import nn

net = nn.Linear(8, 8).cuda()
net.load_state_dict(torch.load("best.pt"))  # leak

# repaired
import torch
from torch import nn

net = nn.Linear(8, 8).cuda()
net.load_state_dict(torch.load("best.pt", map_location="cpu"))
