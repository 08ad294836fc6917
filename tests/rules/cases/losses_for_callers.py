# mypy: ignore-errors
# ruff: noqa
"""Methods that compute a loss for a loop elsewhere, which backpropagates it."""

import torch
import torch.nn.functional as F
from torch import nn


class Learner:
    def __init__(self, net: nn.Module, loader):
        self.net = net
        self.loader = loader
        self.optimizer = torch.optim.SGD(net.parameters(), 0.1)
        self.history = []
        self.numbers = []
        self.parts = []
        self.total = 0.0

    def compute(self, batch):
        x, y = batch
        loss = F.mse_loss(self.net(x), y)
        self.history.append(loss)  # leak: LP002
        self.numbers.append(loss.item())
        self.total += loss  # leak: LP001
        return loss

    def fit(self):
        for batch in self.loader:
            loss = self.compute(batch)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()


class Base:
    def __init__(self, net: nn.Module, loader):
        self.net = net
        self.loader = loader
        self.optimizer = torch.optim.SGD(net.parameters(), 0.1)
        self.kls = []
        self.waiting = []

    def fit(self):
        for batch in self.loader:
            loss = self.compute(batch) / 4
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()

    def compute(self, batch):
        raise NotImplementedError


class Variational(Base):
    def compute(self, batch):
        x, mean, spread = self.net(batch)
        kl = (mean**2 + spread.exp()).sum()
        self.kls.append(kl)  # leak: LP002
        return F.mse_loss(x, batch) + kl


class Delayed(Base):
    """Its list is for a loss of several batches."""

    def compute(self, batch):
        loss = F.mse_loss(self.net(batch), batch)
        self.waiting.append(loss)
        return loss

    def update(self):
        torch.stack(self.waiting).mean().backward()
        self.waiting.clear()


class Gathered:
    """The backward pass comes when the loop is over."""

    def __init__(self, net: nn.Module, loader):
        self.net = net
        self.loader = loader
        self.penalties = []

    def compute(self, batch):
        out = self.net(batch)
        self.penalties.append(out.abs().mean())
        return F.mse_loss(out, batch)

    def fit(self, optimizer):
        total = 0.0
        for batch in self.loader:
            total = total + self.compute(batch)
        total.backward()
        optimizer.step()


class Emptied:
    """What is kept of a batch goes with the next."""

    def __init__(self, net: nn.Module, loader):
        self.net = net
        self.loader = loader
        self.parts = []

    def compute(self, batch):
        self.parts = []
        out = self.net(batch)
        self.parts.append(out.abs().mean())
        return F.mse_loss(out, batch)

    def fit(self, optimizer):
        for batch in self.loader:
            loss = self.compute(batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
