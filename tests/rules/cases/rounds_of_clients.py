# mypy: ignore-errors
# ruff: noqa
"""Federated rounds: copies of the weights for the clients, and copies that pile up."""

import copy

import torch
from torch import nn


def serve(clients, num_rounds):
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    kept, drifts = [], []
    for current in range(num_rounds):
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


def backgrounds_of(network: nn.Module, backgrounds):
    return [copy.deepcopy(network) for background in backgrounds]
