# mypy: ignore-errors
# ruff: noqa
"""What data sets and loops keep of files, of what workers send, and of metrics."""

import json

import torch
from torch.utils.data import DataLoader, Dataset
from torchmetrics.classification import BinaryAUROC

from data import Samples


class Lines(Dataset):
    def __init__(self, path):
        self.rows = [json.loads(line) for line in open(path)]  # leak: LP025

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        return self.rows[i]["ids"]


class Words(Dataset):
    def __init__(self, path):
        self.rows = []
        file = open(path)
        for line in file:
            self.rows.append(line.split())  # leak: LP025
        file.close()

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        return self.rows[i]


class Numbers(Dataset):
    def __init__(self, path):
        self.rows = torch.tensor([float(line) for line in open(path)])
        self.names = ["a", "b"]

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        return self.rows[i], self.names[i % 2]


loaders = [
    DataLoader(Lines("a"), num_workers=4),
    DataLoader(Words("b"), num_workers=4),
    DataLoader(Numbers("c"), num_workers=4),
]


def pairs():
    loader = DataLoader(Samples(), num_workers=4)
    kept, numbered, moved, changed = [], [], [], []
    for x, y in loader:
        kept.append((x, y))  # leak: LP028
    for number, x in enumerate(loader):
        numbered.append((number, x))
    for x, y in loader:
        moved.append((x.cuda(), y))
    for x, y in loader:
        x = x * 2
        changed.append((x, y))
    return kept, numbered, moved, changed


class Meter:
    def __init__(self):
        self.reset()

    def reset(self):
        self.total = 0.0


def scored(model, loader, epochs):
    score = BinaryAUROC()
    meter = Meter()
    for epoch in range(epochs):
        meter.reset()
        for x, y in loader:
            with torch.no_grad():
                score.update(model(x), y)  # leak: LP033
        print(epoch, score.compute())
