# mypy: ignore-errors
# ruff: noqa
"""LP001: losses added up with their graphs."""

# smelly
import torch
from torch import nn


def train(net: nn.Module, batches, optimizer):
    criterion = nn.CrossEntropyLoss()
    running = 0.0
    for images, labels in batches:
        optimizer.zero_grad()
        loss = criterion(net(images), labels)
        loss.backward()
        optimizer.step()
        running += loss  # leak
    return running / len(batches)


# repaired
import torch
from torch import nn


def train(net: nn.Module, batches, optimizer):
    criterion = nn.CrossEntropyLoss()
    running = 0.0
    for images, labels in batches:
        optimizer.zero_grad()
        loss = criterion(net(images), labels)
        loss.backward()
        optimizer.step()
        running += loss.item()
    return running / len(batches)
