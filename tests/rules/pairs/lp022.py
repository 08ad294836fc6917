# mypy: ignore-errors
# ruff: noqa
"""LP022: a cache that keeps every module."""

# smelly
import functools

import torch
from torch import nn


class Positions(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    @functools.lru_cache(maxsize=None)  # leak
    def table(self, length):
        return torch.outer(torch.arange(length), self.scale.detach())


# repaired
import torch
from torch import nn


class Positions(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))
        self.known = None

    def table(self, length):
        if self.known is None or len(self.known) < length:
            self.known = torch.outer(torch.arange(length), self.scale.detach())
        return self.known[:length]
