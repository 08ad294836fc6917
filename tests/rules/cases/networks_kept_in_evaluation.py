# mypy: ignore-errors
# ruff: noqa
"""Networks that stay in evaluation mode from where they are made."""

import timm
import torch
from torch import nn


def bank(paths, load):
    net = timm.create_model("resnet18", pretrained=True).eval().cuda()
    found = {}
    for path in paths:
        found[path] = net(load(path))  # leak: LP008
    torch.save(found, "bank.pt")


def trained_again(paths, load):
    net = timm.create_model("resnet18", pretrained=True).eval().train()
    found = {}
    for path in paths:
        found[path] = net(load(path))
    return found


class Describer:
    def __init__(self, net: nn.Module):
        self.net = net.cuda()
        self.net.eval()

    def describe(self, loader):
        found = []
        for x in loader:
            found.append(self.net(x))  # leak: LP008
        return found


class FromFile:
    def __init__(self, path):
        self.net = torch.load(path, map_location="cpu", weights_only=False).eval()

    def describe(self, loader):
        found = []
        for x in loader:
            found.append(self.net(x))  # leak: LP008
        return found

    @torch.no_grad()
    def describe_quietly(self, loader):
        return [self.net(x) for x in loader]


class Attack:
    def __init__(self, net: nn.Module):
        self.net = net
        self.net.eval()

    def outputs(self, starts):
        found = []
        for x in starts:
            found.append(self.net(x))
        return found

    def run(self, starts):
        torch.stack(self.outputs(starts)).sum().backward()


class Tuner:
    def __init__(self, net: nn.Module):
        self.net = net
        self.net.eval()

    def tune(self):
        self.net.train()

    def outputs(self, starts):
        found = []
        for x in starts:
            found.append(self.net(x))
        return found


class Wrapper(nn.Module):
    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net
        self.net.eval()

    def each(self, parts):
        found = []
        for x in parts:
            found.append(self.net(x))
        return found
