# mypy: ignore-errors
# ruff: noqa
"""Lists that a dictionary holds under keys, which loops add to."""

import collections

import tensorflow as tf
import torch
from torch import nn


def train(net: nn.Module, loader, optimizer, criterion: nn.CrossEntropyLoss):
    by_name = collections.defaultdict(list)
    numbers = collections.defaultdict(list)
    named = {}
    for rows, labels, name in loader:
        loss = criterion(net(rows), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        by_name[name].append(loss)  # leak: LP002
        numbers[name].append(loss.item())
        if name not in named:
            named[name] = []
        named[name].append(loss.detach())
    return {name: sum(values) / len(values) for name, values in numbers.items()}


def gather(model, dataset):
    by_label = collections.defaultdict(list)
    copied = collections.defaultdict(list)
    for rows, labels in dataset:
        outputs = model(rows, training=False)
        by_label[int(labels[0])].append(outputs)  # leak: LT011
        copied[int(labels[0])].append(outputs.numpy())
    return by_label, copied
