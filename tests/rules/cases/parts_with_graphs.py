# mypy: ignore-errors
# ruff: noqa
"""What is made of several values one of which has a graph, and what is kept row by row."""

from collections import defaultdict

import torch
import torch.nn.functional as F
from torch import nn


def distances(model, loader, optimizer):
    near, far, numbers, rows = [], [], [], []
    for anchor, same, other in loader:
        a, s, o = model(anchor), model(same), model(other)
        d_same = (a - s).pow(2).sum(1)
        d_other = (a - o).pow(2).sum(1)
        loss = torch.clamp(d_same - d_other + 1, min=0).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        near.extend(d_same)  # leak: LP002
        far.extend(d_other.detach())
        numbers.extend(d_same.tolist())
        rows.extend(anchor)
    return near, far, numbers, rows


def parts_of_a_loss(model, loader, optimizer, beta):
    sums, numbers = torch.zeros(2), torch.zeros(2)
    for x in loader:
        again, mean = model(x)
        error = F.binary_cross_entropy(again, x)
        size = mean.pow(2).sum()
        loss = error + beta * size
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        sums += torch.stack([loss, size])  # leak: LP001
        numbers += torch.stack([loss.detach(), size.detach()])
    return sums, numbers


class Queue(nn.Module):
    def __init__(self, make, size):
        super().__init__()
        self.size = size
        self.net = make()
        self.register_buffer("keys", torch.zeros(16, size))
        self.register_buffer("numbers", torch.zeros(16, size))

    def parameters_of_net(self):
        return self.net.parameters()

    def forward(self, x):
        found = F.normalize(self.net(x), dim=1)
        self.keys = torch.cat([self.keys, found.t()], dim=1)[:, -self.size :]  # leak: LP004
        self.numbers = torch.cat([self.numbers, found.t().detach()], dim=1)[:, -self.size :]
        return found


class OuterSteps:
    def __init__(self, net: nn.Module, rate):
        self.net = net
        self.rate = rate
        self.optimizer = torch.optim.Adam(net.parameters())
        self.losses = defaultdict(list)

    def adapted(self, x, y):
        weights = dict(self.net.named_parameters())
        for _ in range(5):
            loss = F.cross_entropy(self.net.run(x, weights), y)
            slopes = torch.autograd.grad(loss, weights.values(), create_graph=True)
            weights = {k: w - self.rate * g for (k, w), g in zip(weights.items(), slopes)}
        return weights

    def step(self, tasks):
        total = 0.0
        for x, y, other_x, other_y in tasks:
            weights = self.adapted(x, y)
            total = total + F.cross_entropy(self.net.run(other_x, weights), other_y)
        self.optimizer.zero_grad()
        total.backward()
        self.optimizer.step()
        self.losses["outer"].append(total)  # leak: LP002
        return total.item()
