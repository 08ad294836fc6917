# mypy: ignore-errors
# ruff: noqa
"""Criteria that are handed in, and known by what a training loop does with their results."""

import torch


def fit(net, training, validation, optimizer, criterion, epochs):
    for epoch in range(epochs):
        for x, y in training:
            optimizer.zero_grad()
            loss = criterion(net(x), y)
            loss.backward()
            optimizer.step()
        net.eval()
        total = 0.0
        for x, y in validation:
            total += criterion(net(x), y)  # leak: LP008
        print(total / len(validation))
        net.train()


class Runner:
    def __init__(self, net, criterion, optimizer):
        self.net = net
        self.criterion = criterion
        self.optimizer = optimizer
        self.curve = []

    def step(self, x, y):
        loss = self.criterion(self.net(x), y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def check(self, loader):
        self.net.eval()
        for x, y in loader:
            out = self.net(x)  # leak: LP008
            self.curve.append(self.criterion(out, y))

    def check_quietly(self, loader):
        self.net.eval()
        with torch.no_grad():
            for x, y in loader:
                self.curve.append(self.criterion(self.net(x), y))


def accumulate_for_one_step(net, loader, optimizer, criterion):
    total = 0.0
    for x, y in loader:
        total = total + criterion(net(x), y)  # leak: LP014
    optimizer.zero_grad()
    total.backward()
    optimizer.step()
