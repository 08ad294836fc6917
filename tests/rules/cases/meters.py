# mypy: ignore-errors
# ruff: noqa
"""Meters and loggers of the file that are given losses, and collectors that are backpropagated."""

from collections import defaultdict, deque

import torch
import torch.nn.functional as F
from torch import nn


class SmoothedValue:
    def __init__(self, window_size=20):
        self.deque = deque(maxlen=window_size)
        self.total = 0.0
        self.count = 0

    def update(self, value, n=1):
        self.deque.append(value)
        self.count += n
        self.total += value * n


class MetricLogger:
    def __init__(self):
        self.meters = defaultdict(SmoothedValue)

    def update(self, **kwargs):
        for k, v in kwargs.items():
            if isinstance(v, torch.Tensor):
                v = v.item()
            assert isinstance(v, (float, int))
            self.meters[k].update(v)


def train_one_epoch(model: nn.Module, criterion, optimizer, loader):
    logger = MetricLogger()
    smoothed = SmoothedValue()
    for image, target in loader:
        loss = F.cross_entropy(model(image), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        logger.update(loss=loss, lr=optimizer.param_groups[0]["lr"])
        smoothed.update(loss)  # leak: LP006
        smoothed.update(loss.item(), n=2)


class Guarded:
    def __init__(self):
        self.value, self.seen = 0.0, []

    def a(self, value):
        if torch.is_tensor(value):
            value = value.detach()
        self.value += value

    def b(self, value):
        self.value += value.item() if hasattr(value, "item") else value

    def c(self, value):
        if not isinstance(value, float):
            value = value.item()
        self.seen.append(value)

    def d(self, value):
        if isinstance(value, torch.Tensor) and value.numel() == 1:
            value = value.item()
        self.seen.append(value)

    @torch.no_grad()
    def e(self, value):
        self.value = 0.9 * self.value + 0.1 * value

    def f(self, value):
        if hasattr(value, "detach"):
            value = value.detach()
        self.seen.append(value)


def guarded(net: nn.Module, loader, optimizer):
    meter = Guarded()
    for x, y in loader:
        loss = F.mse_loss(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        meter.a(loss)
        meter.b(loss)
        meter.c(loss)
        meter.d(loss)
        meter.e(loss)
        meter.f(loss)


class Losses:
    def __init__(self):
        self.items = {}
        self.sum = 0.0

    def add(self, name, value):
        self.items[name] = value
        self.sum += value

    def total(self):
        return sum(self.items.values())


def losses_of_a_step(net: nn.Module, loader, optimizer):
    for x, y in loader:
        losses = Losses()
        out = net(x)
        losses.add("mse", F.mse_loss(out, y))
        losses.add("l1", F.l1_loss(out, y))
        optimizer.zero_grad()
        losses.total().backward()
        optimizer.step()


def losses_read_as_an_attribute(net: nn.Module, batches, optimizer):
    losses = Losses()
    for group in batches:
        for x, y in group:
            losses.add("mse", F.mse_loss(net(x), y))
        loss = losses.sum / len(group)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.sum = 0.0


class Engine:
    def __init__(self, net: nn.Module, optimizer):
        self.net = net
        self.optimizer = optimizer
        self.meter = SmoothedValue()
        self.losses = Losses()

    def step(self, x, y):
        loss = F.mse_loss(self.net(x), y)
        self.losses.add("mse", loss)
        self.optimizer.zero_grad()
        self.losses.sum.backward()
        self.optimizer.step()
        self.losses = Losses()
        self.meter.update(loss.detach())
        return loss

    def run(self, loader):
        for x, y in loader:
            loss = self.step(x, y)
            self.meter.update(loss)  # leak: LP006


class Row:
    def __init__(self):
        self.total, self.count = 0.0, 0

    def add(self, value, count=1):
        self.total += value * count
        self.count += count


class Table:
    def __init__(self):
        self.rows = defaultdict(Row)
        self.first = Row()
        self.last = torch.zeros(1000)
        self.cut = torch.zeros(1000)

    def note(self, **values):
        for name, value in values.items():
            self.rows[name].add(value)

    def note_numbers(self, **values):
        for name, value in values.items():
            if isinstance(value, torch.Tensor):
                value = value.item()
            self.rows[name].add(value)

    def note_first(self, value):
        self.first.add(value)

    def put(self, at, values):
        self.last[at] = values

    def put_cut(self, at, values):
        self.cut[at] = values.detach()


def tabled(model: nn.Module, batches, optimizer):
    table, rows = Table(), {name: Row() for name in ("loss", "rate")}
    for at, x, y in batches:
        losses = nn.functional.mse_loss(model(x), y, reduction="none").mean(1)
        loss = losses.mean()
        loss.backward()
        optimizer.step()
        table.note(loss=loss, rate=0.1)  # leak: LP006
        table.note_numbers(loss=loss, rate=0.1)
        table.note_first(loss)  # leak: LP006
        table.put(at, losses)  # leak: LP006
        table.put_cut(at, losses)
        rows["loss"].add(loss)  # leak: LP006
        rows["loss"].add(loss.item())
