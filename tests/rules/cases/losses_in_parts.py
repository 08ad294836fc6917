# mypy: ignore-errors
# ruff: noqa
"""Losses whose parts a function of the file computes from a network's output."""

import torch
import torch.nn.functional as F
from torch import nn


def parts(out, y):
    fit = F.mse_loss(out, y)
    size = out.pow(2).mean()
    return fit, size


def train(net: nn.Module, loader, scaler, optimizer):
    for x, y in loader:
        with torch.autocast("cuda"):
            out = net(x)
            fit, size = parts(out, y)
        optimizer.zero_grad()
        scaler.scale(fit + size).backward()
        scaler.step(optimizer)
        print(out.argmax(1))
