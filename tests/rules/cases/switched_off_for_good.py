# mypy: ignore-errors
# ruff: noqa
"""Constructors that switch recording off for all that their object does, and one that does not."""

import torch


class Answering:
    def __init__(self, network, path):
        self.network = network
        self.network.load_state_dict(torch.load(path, map_location="cpu"))
        self.network.eval()
        torch.autograd.set_grad_enabled(False)

    def evaluate(self, x):
        return torch.softmax(self.network(x), dim=-1).cpu().numpy()


class Recording:
    def __init__(self, network, path):
        self.network = network
        self.network.load_state_dict(torch.load(path, map_location="cpu"))
        self.network.eval()

    def evaluate(self, x):
        return torch.softmax(self.network(x).detach(), dim=-1).cpu().numpy()  # leak: LP008
