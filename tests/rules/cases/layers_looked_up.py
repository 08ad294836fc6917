# mypy: ignore-errors
# ruff: noqa
"""Hooks on layers that a network is asked for."""

import copy

import torch
from torch import nn


class Inspector:
    def __init__(self, network: nn.Module):
        self.network = network
        self.watched = False
        self.seen = {}
        self.handles = []

    def keep(self, module, inputs, output):
        self.seen[id(module)] = output.detach()

    def by_name(self, images, wanted):
        layer = self.network.get_submodule(wanted)
        handle = layer.register_forward_hook(self.keep)  # leak: LP016
        self.network(images)
        return self.seen

    def all_of_a_kind(self, images):
        layers = [one for one in self.network.modules() if isinstance(one, nn.Conv2d)]
        for layer in layers:
            layer.register_forward_hook(self.keep)  # leak: LP016
        self.network(images)
        return self.seen

    def last_block(self, images):
        block = self.network.blocks[-1]
        block.register_forward_hook(self.keep)  # leak: LP016
        self.network(images)

    def by_attribute(self, images, wanted):
        getattr(self.network, wanted).register_forward_hook(self.keep)  # leak: LP016
        self.network(images)

    def in_a_comprehension(self, images):
        handles = [one.register_forward_hook(self.keep) for one in self.network]  # leak: LP016
        self.network(images)

    def removed(self, images):
        handles = [one.register_forward_hook(self.keep) for one in self.network.children()]
        try:
            self.network(images)
        finally:
            for handle in handles:
                handle.remove()

    def first_time_alone(self, images):
        if not self.watched:
            for layer in self.network.children():
                layer.register_forward_hook(self.keep)
            self.watched = True
        self.network(images)

    def once_for_each(self, images, wanted):
        if wanted not in self.seen:
            self.network.get_submodule(wanted).register_forward_hook(self.keep)
        self.network(images)

    def of_a_copy(self, images):
        twin = copy.deepcopy(self.network)
        for layer in twin.children():
            layer.register_forward_hook(self.keep)
        twin(images)

    def of_its_own(self, images):
        self.probe = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
        for layer in self.probe.children():
            layer.register_forward_hook(self.keep)
        self.probe(images)

    def handed_back(self, images):
        handles = []
        for layer in self.network.children():
            handles.append(layer.register_forward_hook(self.keep))
        self.network(images)
        return handles


def count_active(network: nn.Module, images):
    counts = []
    for name, layer in network.named_children():
        layer.register_forward_hook(lambda m, i, o: counts.append(o.sum().item()))  # leak: LP016
    network(images)
    return sum(counts)


def train(network: nn.Module, loader, optimizer):
    for layer in network.children():
        layer.register_forward_hook(lambda m, i, o: print(o.shape))
    for images in loader:
        network(images).sum().backward()
        optimizer.step()


def describe(network: nn.Module):
    for layer in network.children():
        layer.register_forward_hook(lambda m, i, o: print(o.shape))
    network(torch.ones(1, 3, 8, 8))


describe(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()))


class Statistics:
    def __init__(self, network: nn.Module, places, functions):
        self.network = network
        for place, function in zip(places, functions):
            self.attach(place, function)

    def attach(self, place, function):
        self.network.get_submodule(place).register_forward_hook(function)
