# mypy: ignore-errors
# ruff: noqa
"""Losses that a method is given, or a loop goes through, and backpropagates."""

import torch
from elsewhere import losses_of


class Agent:
    def __init__(self, net, lr):
        self.net = net
        self.optimizer = torch.optim.Adam(net.parameters(), lr=lr)
        self.losses = []
        self.numbers = []
        self.recent = []
        self.average = 0.0

    def learn(self, loss):
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.losses.append(loss)  # leak: LP002
        self.numbers.append(loss.item())

    def learn_twice(self, loss):
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.note(loss)  # leak: LP006

    def note(self, value):
        self.recent.append(value)

    def learn_smoothly(self, loss):
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.average = 0.99 * self.average + 0.01 * loss  # leak: LP003

    def learn_and_give_back(self, loss):
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.detach()


def train(net, loader, optimizer):
    total = 0.0
    for loss in losses_of(net, loader):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss  # leak: LP001
    return total / len(loader)


def train_in_numbers(net, loader, optimizer):
    total = 0.0
    for loss, accuracy in losses_of(net, loader):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() + accuracy
    return total / len(loader)
