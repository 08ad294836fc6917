# mypy: ignore-errors
# ruff: noqa
"""Hooks that a constructor makes and that put something on the object, and hooks of the file."""

import torch
from torchvision import models


class ByLambda:
    def __init__(self, model, layer):
        self.model = model
        self.activations = []
        layer.register_forward_hook(lambda m, i, o: self.activations.append(o))  # leak: LP017


class ByFunction:
    def __init__(self, model, layer):
        self.found = []

        def hook(module, inputs, output):
            self.found.append(output)  # leak: LP017

        layer.register_forward_hook(hook)


class Emptied:
    def __init__(self, model, layer):
        self.model = model
        self.found = []
        self.others = []

        def hook(module, inputs, output):
            self.others.append(output)

        layer.register_forward_hook(hook)
        layer.register_forward_hook(lambda m, i, o: self.found.append(o))

    def __call__(self, x):
        self.found = []
        self.others.clear()
        return self.model(x)


class OneAtATime:
    def __init__(self, model, layer):
        self.model = model
        self.layer = layer

    def features(self, x):
        self.found = []
        handle = self.layer.register_forward_hook(lambda m, i, o: self.found.append(o))
        self.model(x)
        handle.remove()
        return self.found[-1]


class Slots:
    def __init__(self, model, layer):
        self.found = {}

        def hook(module, inputs, output):
            self.found["last"] = output

        layer.register_forward_hook(hook)


net = models.vgg16()
outputs = []
once = []


def save(module, inputs, output):
    outputs.append(output)  # leak: LP017


net.features[28].register_forward_hook(save)


def run(loader):
    for image in loader:
        net(image)


def save_once(module, inputs, output):
    once.append(output)


other = models.vgg16()
other.features[28].register_forward_hook(save_once)
other(torch.zeros(1, 3, 224, 224))


class FilledInAtFirst(torch.nn.Module):
    """Its hook takes itself off in the first pass."""

    def __init__(self, out):
        super().__init__()
        self.out = out
        self._filling = self.register_forward_pre_hook(self.fill_in)

    def fill_in(self, module, given):
        self.weight = torch.nn.Parameter(torch.empty(self.out, given[0].size(-1)))
        self._filling.remove()
        del self._filling


class FilledInAlways(torch.nn.Module):
    def __init__(self, out):
        super().__init__()
        self.out = out
        self._always = self.register_forward_pre_hook(self.fill_in)  # leak: LP037

    def fill_in(self, module, given):
        self.weight = torch.nn.Parameter(torch.empty(self.out, given[0].size(-1)))


def stacks(sizes):
    for size in sizes:
        print(FilledInAtFirst(size), FilledInAlways(size))
