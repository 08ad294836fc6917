# mypy: ignore-errors
# ruff: noqa
"""LP017: a hook that gathers activations."""

# smelly
import torch
from torch import nn

encoder, criterion = nn.Linear(8, 8), nn.MSELoss()
seen = []


def keep(module, inputs, output):
    seen.append(output)  # leak


encoder.register_forward_hook(keep)
for x, y in loader:
    criterion(encoder(x), y).backward()

# repaired
import torch
from torch import nn

encoder, criterion = nn.Linear(8, 8), nn.MSELoss()
seen = {}


def keep(module, inputs, output):
    seen["last"] = output.detach()


encoder.register_forward_hook(keep)
for x, y in loader:
    criterion(encoder(x), y).backward()
