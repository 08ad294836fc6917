# mypy: ignore-errors
# ruff: noqa
"""Networks that go through a data set in a method of their own."""

import torch
from torch import nn
from torch.utils.data import DataLoader


class Encoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layer = nn.Linear(width, width)

    def forward(self, x):
        return self.layer(x)

    def encode(self, data, device):
        # A network goes through a whole data set by itself.
        vectors = []
        for batch in DataLoader(data, batch_size=32):
            with torch.no_grad():
                vectors.append(self(batch.to(device)))  # leak: LP021
        return torch.cat(vectors)

    @torch.no_grad()
    def unrolled(self, x, device):
        steps, x = [], x.to(device)
        for _ in range(50):
            x = self(x)
            # ok: the steps of one pass
            steps.append(x)
        return torch.stack(steps)
