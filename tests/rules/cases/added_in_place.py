# mypy: ignore-errors
# ruff: noqa
"""Sums that tensors take up in place, by `add_` and `sub_`."""

import torch
from torch import nn


def fit(net: nn.Module, criterion, loader, optimizer):
    total = torch.zeros(())
    lost = torch.zeros(())
    seen = torch.zeros(())
    for x, y in loader:
        loss = criterion(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total.add_(loss)  # leak: LP001
        #          ^^^^
        lost.sub_(loss * x.size(0))  # leak: LP001
        # ok: a number is added, or nothing that carries a graph
        seen.add_(loss.item())
        seen.add_(loss.detach(), alpha=0.5)
    return total, lost, seen


def fit_quietly(net: nn.Module, criterion, loader, optimizer):
    total = torch.zeros(())
    for x, y in loader:
        loss = criterion(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            # ok: nothing is recorded
            total.add_(loss)
    return total


def fit_in_parts(net: nn.Module, criterion, loader, optimizer):
    for batches in loader:
        whole = torch.zeros(())
        for x, y in batches:
            # ok: the sum is backpropagated
            whole.add_(criterion(net(x), y))
        optimizer.zero_grad()
        whole.backward()
        optimizer.step()


def step(net: nn.Module, criterion, batch, board, scaler):
    loss = criterion(net(batch["x"]), batch["y"])
    board.at("loss").add_(loss)  # leak: LP001
    board.losses["all"].add_(loss)  # leak: LP001
    # ok: what is added to is nobody's
    loss.new_zeros(()).add_(loss)
    board.copies().add_(loss)
    scaler.scale(loss).backward()


class Gauge:
    def __init__(self):
        self.total = torch.zeros(())

    def take(self, value):
        self.total.add_(value)


class Stages(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.stages = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))

    def forward(self, x):
        out = torch.zeros_like(x)
        for stage in self.stages:
            # ok: a part of one forward pass
            out.add_(stage(x))
        return out


def measure(net: nn.Module, criterion, loader):
    gauge = Gauge()
    for x, y in loader:
        loss = criterion(net(x), y)
        loss.backward()
        gauge.take(loss)  # leak: LP006
    return gauge


def run(net: nn.Module, criterion, loader, board, scaler):
    for batch in loader:
        step(net, criterion, batch, board, scaler)
