# mypy: ignore-errors
# ruff: noqa
"""Copies of weights that are made in several statements and kept, and such that are let go."""

import copy

import torch

model = torch.nn.Linear(1024, 1024)
copies, clones, gathered, scored, views = [], [], [], [], []
best = None
for epoch in range(100):
    train_epoch(model)
    state = model.state_dict()
    snapshot = copy.deepcopy(state)
    copies.append(snapshot)  # leak: LP023
    clones.append({name: value.clone() for name, value in state.items()})  # leak: LP023
    weights = {}
    for name, value in state.items():
        weights[name] = value.detach().clone()
    gathered.append(weights)  # leak: LP023
    scored.append((epoch, copy.deepcopy(model.state_dict())))  # leak: LP023
    views.append(state)
    best = snapshot if best is None else best


def averaged(shadow: dict, model: torch.nn.Module):
    for step in model.state_dict().items():
        name, value = step
        shadow[name] = 0.9 * shadow[name] + 0.1 * value
