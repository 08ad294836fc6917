# mypy: ignore-errors
# ruff: noqa
"""LP020: slices that keep whole tensors."""

# smelly
import torch
from torch import nn

encoder = nn.TransformerEncoderLayer(64, 4)
firsts = []
with torch.no_grad():
    for x in loader:
        tokens = encoder(x)
        firsts.append(tokens[:, 0])  # leak

# repaired
import torch
from torch import nn

encoder = nn.TransformerEncoderLayer(64, 4)
firsts = []
with torch.no_grad():
    for x in loader:
        tokens = encoder(x)
        firsts.append(tokens[:, 0].clone())
