# mypy: ignore-errors
# ruff: noqa
"""Loops that end some rounds early, and carry on what the others made."""

import torch
from torch import nn


def read(rnn: nn.LSTMCell, items):
    h, c = torch.zeros(1, 8), torch.zeros(1, 8)
    numbers = []
    for x in items:
        if x is None:
            continue
        h, c = rnn(x, (h, c))  # leak: LP013
        numbers.append(h.argmax().item())
    return numbers


def read_in_pieces(rnn: nn.GRUCell, items):
    h = torch.zeros(1, 8)
    numbers = []
    for number, x in enumerate(items):
        if number % 16 == 0:
            h = h.detach()
            continue
        h = rnn(x, h).detach()  # leak: LP007
        numbers.append(h.argmax().item())
    return numbers


def train(rnn: nn.GRU, head: nn.Module, batches, criterion, optimizer):
    h = torch.zeros(1, 4, 16)
    for x, y in batches:
        if len(x) < 4:
            continue
        out, h = rnn(x, h)  # leak: LP011
        loss = criterion(head(out), y)
        optimizer.zero_grad()
        loss.backward(retain_graph=True)
        optimizer.step()


def train_in_pieces(rnn: nn.GRU, head: nn.Module, batches, criterion, optimizer):
    h = torch.zeros(1, 4, 16)
    for x, y in batches:
        if len(x) < 4:
            continue
        out, h = rnn(x, h.detach())
        loss = criterion(head(out), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
