"""Evaluation, which `main.py` calls under `no_grad`."""

import torch

from .models import loss_and_accuracy


def evaluate(model, loader):
    model.eval()
    losses, correct = [], 0
    for x, y in loader:
        logits = model(x)  #? Output attached likely
        loss, hits = loss_and_accuracy(logits, y)  #?! loss: Tensor attached scalar; hits: Number
        losses.append(loss)
        correct += hits  #?! Number
    return sum(losses) / len(losses), correct


@torch.no_grad()
def evaluate_quietly(model, loader):
    model.eval()
    total = 0.0
    for x, y in loader:
        logits = model(x)  #? Output detached
        loss, hits = loss_and_accuracy(logits, y)  #?! loss: Tensor detached scalar
        total += loss  #?! Tensor detached scalar
    return total


def total_loss(model, loader, criterion):
    model.train()
    total = 0
    for x, y in loader:
        loss = criterion(model(x), y)
        total = total + loss
    return total  #? unknown
