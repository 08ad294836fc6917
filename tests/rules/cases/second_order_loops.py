# mypy: ignore-errors
# ruff: noqa
"""Loops with second-order backward passes in a file that resets gradients elsewhere."""

import torch
from torch import nn


def train(model: nn.Module, batches, optimizer):
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()


def sharpness(model: nn.Module, x, y):
    norms = []
    for _ in range(100):
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward(create_graph=True)  # leak: LP010
        norms.append(sum(p.grad.pow(2).sum() for p in model.parameters()).item())
    return norms


def cleared(optimizers):
    for optimizer in optimizers:
        optimizer.zero_grad()


def sharpness_of_each(model: nn.Module, batches, optimizers):
    norms = []
    for x, y in batches:
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward(create_graph=True)
        norms.append(sum(p.grad.pow(2).sum() for p in model.parameters()).item())
        cleared(optimizers)
    return norms
