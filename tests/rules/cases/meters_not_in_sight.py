# mypy: ignore-errors
# ruff: noqa
"""Meters of other files that cannot be found: their names tell that they add up what they get."""

import torch
import torch.nn.functional as F
from helpers import AverageMeter, Gauge, LossMeter, accuracy


def train(loader, network: torch.nn.Module, optimizer):
    losses, best = AverageMeter("loss"), AverageMeter("best")
    seen = AverageMeter("seen")
    gauge = Gauge()
    for images, labels in loader:
        logits = network(images)
        loss = F.cross_entropy(logits, labels)
        seen.update(loss, images.size(0))  # leak: LP006
        losses.update(loss.item(), images.size(0))
        best.update(accuracy(logits, labels))
        gauge.update(loss)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


def train_by_epochs(loader, network: torch.nn.Module, optimizer):
    for epoch in range(9):
        meter = LossMeter()
        for images, labels in loader:
            part = LossMeter()
            loss = F.cross_entropy(network(images), labels)
            meter.update(loss)  # leak: LP006
            part.update(loss)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def validate(loader, network: torch.nn.Module):
    losses = AverageMeter("loss")
    network.eval()
    with torch.no_grad():
        for images, labels in loader:
            losses.update(F.cross_entropy(network(images), labels))
    return losses


class Runner:
    def __init__(self, network: torch.nn.Module, optimizer):
        self.network = network
        self.optimizer = optimizer
        self.losses = AverageMeter(["loss"])
        self.each = AverageMeter(["loss"])

    def train_step(self, images, labels):
        loss = F.cross_entropy(self.network(images), labels)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.losses.update([loss * 1000])  # leak: LP006

    def told_step(self, images, labels):
        loss = F.cross_entropy(self.network(images), labels)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.each.update(loss)
        print(self.each)
        self.each.reset()
