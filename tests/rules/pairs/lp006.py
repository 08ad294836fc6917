# mypy: ignore-errors
# ruff: noqa
"""LP006: a meter that is given the loss."""

# smelly
from torch import nn


class Meter:
    def __init__(self):
        self.sum, self.count = 0.0, 0

    def update(self, value):
        self.sum += value
        self.count += 1


def train(net: nn.Module, batches, optimizer):
    meter = Meter()
    for x, y in batches:
        loss = nn.functional.mse_loss(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        meter.update(loss)  # leak


# repaired
from torch import nn


class Meter:
    def __init__(self):
        self.sum, self.count = 0.0, 0

    def update(self, value):
        self.sum += value
        self.count += 1


def train(net: nn.Module, batches, optimizer):
    meter = Meter()
    for x, y in batches:
        loss = nn.functional.mse_loss(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        meter.update(loss.item())
