# mypy: ignore-errors
# ruff: noqa
"""Functions that run without gradients because the callers of their callers see to it."""

import torch
from torch import nn


def predict(model: nn.Module, loader):
    found = []
    for x in loader:
        found.append(model(x))
    return found


def predict_all(model, loaders):
    return [predict(model, one) for one in loaders]


@torch.no_grad()
def main(model, loaders):
    return predict_all(model, loaders)


def predict_rows(model: nn.Module, loader):
    found = []
    for x in loader:
        found.append(model(x))  # leak: LP007
    return found


def all_rows(model, loaders):
    with torch.enable_grad():
        return [predict_rows(model, one) for one in loaders]


@torch.no_grad()
def export(model, loaders):
    return all_rows(model, loaders)


def predict_score(model: nn.Module, loader):
    found = []
    for x in loader:
        found.append(model(x))  # leak: LP007
    return found


def all_scores(model, loaders):
    return [predict_score(model, one) for one in loaders]


def compare(model, loaders):
    with torch.no_grad():
        first = all_scores(model, loaders)
    return first, all_scores(model, loaders)


class Runner:
    def __init__(self, model: nn.Module):
        self.model = model
        self.outputs = []

    def _step(self, x):
        self.outputs.append(self.model(x))

    def _loop(self, loader):
        for x in loader:
            self._step(x)

    def evaluate(self, loader):
        self.model.eval()
        with torch.no_grad():
            self._loop(loader)


def walk(model: nn.Module, nodes, found):
    for node in nodes:
        found.append(model(node))
        walk(model, node.children, found)


@torch.no_grad()
def read(model, tree):
    found = []
    walk(model, [tree], found)
    return found
