# mypy: ignore-errors
# ruff: noqa
"""LP021: outputs gathered in the GPU's memory."""

# smelly
import torch
from torch import nn


@torch.no_grad()
def collect(net: nn.Module, loader):
    net.to("cuda").eval()
    logits = []
    for x, _ in loader:
        logits.append(net(x.to("cuda")))  # leak
    return torch.cat(logits)


# repaired
import torch
from torch import nn


@torch.no_grad()
def collect(net: nn.Module, loader):
    net.to("cuda").eval()
    logits = []
    for x, _ in loader:
        logits.append(net(x.to("cuda")).cpu())
    return torch.cat(logits)
