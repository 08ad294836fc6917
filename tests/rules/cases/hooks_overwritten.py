# mypy: ignore-errors
# ruff: noqa
"""Handles of hooks that take the place of the last step's, and those that do not."""

from torch import nn


class ListAnew(nn.Module):
    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net
        self.marks = []

    def forward(self, x):
        self.marks = []
        for layer in self.net.modules():
            self.marks.append(layer.register_forward_hook(print))  # leak: LP016
        return self.net(x)

    def finish(self):
        for mark in self.marks:
            mark.remove()


class Comprehended(nn.Module):
    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net
        self.taps = []

    def forward(self, x):
        self.taps = [one.register_forward_hook(print) for one in self.net]  # leak: LP016
        return self.net(x)

    def finish(self):
        for tap in self.taps:
            tap.remove()


class InTime(nn.Module):
    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net
        self.spies = []

    def forward(self, x):
        for spy in self.spies:
            spy.remove()
        self.spies = [one.register_forward_hook(print) for one in self.net]
        return self.net(x)

    def finish(self):
        for spy in self.spies:
            spy.remove()


class Behind(nn.Module):
    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net
        self.tokens = []

    def forward(self, x):
        self.tokens = [one.register_forward_hook(print) for one in self.net]
        out = self.net(x)
        self.release_all()
        return out

    def release_all(self):
        for token in self.tokens:
            token.remove()


def traced(network: nn.Module, images):
    last = []

    def before(module, inputs):
        nonlocal last
        handles = []
        for layer in network.modules():
            handles.append(layer.register_forward_hook(print))  # leak: LP016
        last = handles

    outer = network.register_forward_pre_hook(before)
    network(images)
    for handle in last:
        handle.remove()
    outer.remove()


def traced_at_one(network: nn.Module, images):
    last = None

    def before(module, inputs):
        nonlocal last
        last = network.head.register_forward_hook(print)  # leak: LP016

    outer = network.register_forward_pre_hook(before)
    network(images)
    last.remove()
    outer.remove()


def all_kept(network: nn.Module, images):
    handles = []

    def before(module, inputs):
        for layer in network.modules():
            handles.append(layer.register_forward_hook(print))

    outer = network.register_forward_pre_hook(before)
    network(images)
    for handle in handles:
        handle.remove()
    outer.remove()


def one_at_a_time(network: nn.Module, images):
    current = None

    def before(module, inputs):
        nonlocal current
        if current is not None:
            current.remove()
        current = network.head.register_forward_hook(print)

    outer = network.register_forward_pre_hook(before)
    network(images)
    current.remove()
    outer.remove()
