# mypy: ignore-errors
# ruff: noqa
"""Networks whose parameters ask for no gradients record no graph by themselves."""

import torch
import torch.nn.functional as F
from torch import nn
from torchvision import models


def distil(student, teacher, loader, optimizer):
    teacher.eval()
    for p in teacher.parameters():
        p.requires_grad = False
    means = []
    for x in loader:
        wanted = teacher(x)
        means.append(wanted.mean())
        loss = F.mse_loss(student(x), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return means


def features(loader):
    net = models.resnet18().eval().requires_grad_(False)
    found = []
    for x, _ in loader:
        found.append(net(x.cuda()))
    return torch.cat(found)


def features_of_a_net_that_is_frozen_in_part(loader):
    net = models.resnet18().eval()
    net.layer1.requires_grad_(False)
    found = []
    for x, _ in loader:
        found.append(net(x.cuda()))  # leak: LP002
    return torch.cat(found)


def features_of_a_net_that_is_frozen_at_times(loader, flags):
    net = models.resnet18().eval()
    for name, p in net.named_parameters():
        if "layer1" in name:
            p.requires_grad_(False)
    found = []
    for x, _ in loader:
        found.append(net(x.cuda()))  # leak: LP002
    return torch.cat(found)


class Comparer:
    def __init__(self, net: nn.Module, other: nn.Module):
        for _, p in net.named_parameters():
            p.requires_grad_(False)
        self.net = net
        self.other = other
        self.other.eval()
        self.net.eval()

    def compare(self, loader):
        found = []
        for x in loader:
            found.append(self.net(x))
        return found
