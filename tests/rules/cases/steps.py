# mypy: ignore-errors
# ruff: noqa
"""Training steps that are called in a loop: what they add to outlives the call."""

import lightning as L
import torch
from torch import nn


class Runner:
    def __init__(self, model: nn.Module, optimizer):
        self.model = model
        self.optimizer = optimizer
        self.total = 0.0
        self.window = 0.0
        self.losses = []
        self.last = None

    def step(self, x, y):
        loss = nn.functional.mse_loss(self.model(x), y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.total += loss  # leak: LP001
        self.window += loss
        self.losses.append(loss)  # leak: LP002
        self.last = loss
        return loss.item()

    def fit(self, loader):
        for x, y in loader:
            self.window = 0.0
            self.step(x, y)


class Once:
    def __init__(self, model: nn.Module, optimizer):
        self.model = model
        self.optimizer = optimizer
        self.total = 0.0

    def step(self, x, y):
        self.total = 0.0
        loss = nn.functional.mse_loss(self.model(x), y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.total += loss

    def fit(self, loader):
        for x, y in loader:
            self.step(x, y)


history = []


def train_step(model: nn.Module, optimizer, x, y):
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    history.append(loss)  # leak: LP002
    return loss


def train(model: nn.Module, optimizer, loader):
    total = 0.0
    for x, y in loader:
        total += train_step(model, optimizer, x, y)  # leak: LP001
    return total


features = []


def collect(model: nn.Module, loader):
    for x in loader:
        features.append(model(x))


def backpropagate(optimizer):
    torch.cat(features).mean().backward()
    optimizer.step()
    features.clear()


class Appends(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(4, 4)
        self.losses = []
        self.outputs = []
        self.checked = []
        self.latest = []

    def training_step(self, batch, index):
        loss = nn.functional.mse_loss(self.net(batch), batch)
        self.losses.append(loss)  # leak: LP002
        self.outputs.append(loss)  # leak: LP002
        self.latest.append(loss)
        return loss

    def on_train_batch_end(self, outputs, batch, index):
        self.log("latest", torch.stack(self.latest).mean())
        self.latest.clear()

    def on_train_epoch_end(self):
        self.log("mean", torch.stack(self.losses).mean())
        # A whole epoch's graphs have piled up by now.
        self.log("last", torch.stack(self.outputs).mean())
        self.outputs.clear()

    def validation_step(self, batch, index):
        self.checked.append(self.net(batch))  # leak: LP021


def record(model: nn.Module, optimizer, loader, seen):
    for x, y in loader:
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen["loss"].append(loss)  # leak: LP002


def main(model: nn.Module, optimizer, loader):
    seen = {"loss": []}
    for epoch in range(10):
        # The graph is made in the function, which is told of it: nothing is wrong here.
        record(model, optimizer, loader, seen)


class OneStep:
    # Whoever trains calls it for each batch.
    def __init__(self, net: nn.Module, optimizer: torch.optim.Optimizer):
        self.net = net
        self.optimizer = optimizer
        self.curve, self.parts = [], []
        self.window = []

    def optimize(self, inputs, targets):
        loss = nn.functional.mse_loss(self.net(inputs), targets)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.curve.append(loss)  # leak: LP002
        self.window.append(loss)
        return loss

    def summary(self):
        mean = torch.stack(self.window).mean().item()
        self.window.clear()
        return mean

    def gradients(self, inputs, targets):
        # Accumulates only; nobody knows how often it is called.
        loss = nn.functional.mse_loss(self.net(inputs), targets)
        loss.backward()
        self.parts.append(loss)
        return loss
