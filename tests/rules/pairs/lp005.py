# mypy: ignore-errors
# ruff: noqa
"""LP005: averaged weights that autograd tracks."""

# smelly
import torch
from torch import nn


def train(net: nn.Module, batches, optimizer):
    shadow = {name: weight.detach().clone() for name, weight in net.named_parameters()}
    for x, y in batches:
        loss = nn.functional.mse_loss(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        for name, weight in net.named_parameters():
            shadow[name] = 0.999 * shadow[name] + 0.001 * weight  # leak


# repaired
import torch
from torch import nn


def train(net: nn.Module, batches, optimizer):
    shadow = {name: weight.detach().clone() for name, weight in net.named_parameters()}
    for x, y in batches:
        loss = nn.functional.mse_loss(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for name, weight in net.named_parameters():
                shadow[name] = 0.999 * shadow[name] + 0.001 * weight
