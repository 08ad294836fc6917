# mypy: ignore-errors
# ruff: noqa
"""Copies of the weights for those that train them, copies that pile up, and how far weights moved."""

import copy

import torch
from torch import nn


def serve(clients, epochs):
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    kept, drifts = [], []
    for epoch in range(epochs):
        states = []
        for client in clients:
            states.append(client.update(copy.deepcopy(network)))
        new = averaged(states)
        drifts.append(sum((new[key] - old).norm() for key, old in network.state_dict().items()))
        network.load_state_dict(new)
        kept.append(copy.deepcopy(network.state_dict()))  # leak: LP023
    return kept, drifts


def averaged(states):
    total = copy.deepcopy(states[0])
    for key in total:
        total[key] = torch.stack([state[key] for state in states]).mean(0)
    return total
