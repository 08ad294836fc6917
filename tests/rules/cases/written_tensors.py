# mypy: ignore-errors
# ruff: noqa
"""Tensors made in advance, into which a loop writes: they refer to the graphs of all that is written."""

import torch
from torch import nn


def curves(net: nn.Module, loader, optimizer, steps):
    losses, means, norms = torch.zeros(steps), torch.zeros(steps), torch.zeros(steps)
    for step, (x, y) in enumerate(loader):
        loss = nn.functional.mse_loss(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses[step] = loss  # leak: LP002
        means[step] = loss.item()
        norms[step] = loss.detach().sqrt()
    return losses, means, norms


def translate(encoder: nn.Module, decoder: nn.Module, loader, optimizer, criterion):
    # The loss is made of what was written.
    for source, target in loader:
        outputs = torch.zeros(len(target), 8)
        state = encoder(source)
        for position in range(len(target)):
            output, state = decoder(state)
            outputs[position] = output
        loss = criterion(outputs, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


class Windows(nn.Module):
    # The caller wants the graph.
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, windows):
        out = torch.empty(len(windows), 4)
        for index, window in enumerate(windows):
            out[index] = self.layer(window)
        return out


def remember(net: nn.Module, loader, optimizer):
    bank = torch.zeros(100, 4)
    for index, x in enumerate(loader):
        features = net(x)
        loss = (features - bank[index]).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            bank[index] = features


@torch.no_grad()
def filled(network, rows, heads, device):
    # Each part is copied into a tensor that has its size from the start.
    scores = torch.empty(len(rows), device=device)
    for start in range(0, len(rows), 1000):
        part = rows[start : start + 1000].to(device)
        scores[start : start + 1000] = network.judged(part * heads).squeeze()
    return scores


@torch.no_grad()
def filled_by_network(net: nn.Module, rows):
    net.eval().to("cuda")
    scores = torch.empty(len(rows), device="cuda")
    for start in range(0, len(rows), 1000):
        scores[start : start + 1000] = net(rows[start : start + 1000].to("cuda")).squeeze()
    return scores
