# mypy: ignore-errors
# ruff: noqa
"""Averages of the weights of networks whose class is not in sight."""

import torch


class Shadow:
    def __init__(self, model, decay):
        self.decay = decay
        self.shadow = {n: p.clone().detach() for n, p in model.named_parameters()}
        self.kept = {n: p.clone().detach() for n, p in model.named_parameters()}

    def update(self, model):
        for n, p in model.named_parameters():
            self.shadow[n] = self.decay * self.shadow[n] + (1 - self.decay) * p  # leak: LP005

    def update_numbers(self, model):
        for n, p in model.named_parameters():
            self.kept[n] = self.decay * self.kept[n] + (1 - self.decay) * p.data

    @torch.no_grad()
    def update_quietly(self, model):
        for n, p in model.named_parameters():
            self.kept[n] = self.decay * self.kept[n] + (1 - self.decay) * p


def swap(source, target, tau):
    for a, b in zip(source.parameters(), target.parameters()):
        b.data = tau * a + (1 - tau) * b


def norms(model, optimizer, loss):
    loss.backward()
    total = 0.0
    for p in model.parameters():
        total += p.grad.norm() ** 2
    sizes = sum(p.numel() for p in model.parameters())
    optimizer.step()
    return total, sizes


def penalty(model, loss):
    penalties = []
    for name, p in model.named_parameters():
        if "weight" in name:
            penalties.append(p.norm())
    return loss + 0.1 * sum(penalties)
