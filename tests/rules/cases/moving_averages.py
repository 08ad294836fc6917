# mypy: ignore-errors
# ruff: noqa
"""Running averages of losses, beside sums that look alike and are differentiated."""

import torch
import torch.nn.functional as F
from torch import nn


def smoothed(model, loader, optimizer):
    smooth = 0.0
    for x, y in loader:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        smooth = 0.9 * smooth + 0.1 * loss  # leak: LP003
    return smooth


def smoothed_numbers(model, loader, optimizer):
    smooth = 0.0
    for x, y in loader:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        smooth = 0.9 * smooth + 0.1 * loss.item()
    return smooth


def mixed_within_a_step(net: nn.Module, loader, optimizer):
    for x, y in loader:
        loss = F.mse_loss(net(x), y)
        loss = 0.5 * loss + 0.1 * net(x).norm()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def carried_state(net: nn.Module, loader, optimizer):
    state = torch.zeros(3)
    for x, y in loader:
        state = 0.9 * state + net(x)
        loss = F.mse_loss(state, y)
        loss.backward(retain_graph=True)  # leak: LP009
        optimizer.step()


def residual(blocks: nn.Module, x):
    for block in blocks.children():
        x = x / 2 + block(x)
    return x


def bounded(model: nn.Module, batches, optimizer):
    weight, other = torch.tensor(1.0), torch.tensor(1.0)
    for x, y in batches:
        out = model(x)
        excess = out.mean() - 0.1
        loss = F.mse_loss(out, y) + weight.detach() * excess
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        weight = (weight + 0.01 * excess).clamp(min=0)  # leak: LP001
        other = torch.clamp(other + 0.01 * excess.detach(), min=0)


def normalized(model: nn.Module, batches, optimizer):
    centre, other = torch.zeros(64), torch.zeros(64)
    for x, y in batches:
        code = model(x)
        loss = F.mse_loss(code, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        centre = F.normalize(0.9 * centre + 0.1 * code.mean(0), dim=0)  # leak: LP003
        other = F.normalize((0.9 * other + 0.1 * code.mean(0)).detach(), dim=0)
