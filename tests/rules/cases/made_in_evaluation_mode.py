# mypy: ignore-errors
# ruff: noqa
"""Networks that a function of the file makes and puts into evaluation mode, at times or for good."""

import torch
from torchvision.models import resnet18


def load(path):
    network = resnet18()
    network.load_state_dict(torch.load(path, map_location="cpu"))
    network.eval()
    return network


def scores(path, batches):
    network = load(path)
    found = []
    for batch in batches:
        found.append(network(batch))  # leak: LP008
    return found


from torchvision.models import resnet18


def made(path, evaluating):
    network = resnet18()
    if evaluating:
        network.eval()
    return network


def warmed_up():
    network = resnet18().eval()
    network.train()
    return network


def outputs(path, batches):
    network = made(path, False)
    other = warmed_up()
    found = []
    for batch in batches:
        found.append(network(batch) + other(batch))
    return found
