# mypy: ignore-errors
# ruff: noqa
"""LP027: cycle() over a DataLoader."""

# smelly
import itertools

from torch.utils.data import DataLoader

loader = DataLoader(samples, batch_size=32, shuffle=True)
stream = itertools.cycle(loader)  # leak
for step in range(100_000):
    train_step(next(stream))

# repaired
from torch.utils.data import DataLoader

loader = DataLoader(samples, batch_size=32, shuffle=True)


def endless():
    while True:
        yield from loader


stream = endless()
for step in range(100_000):
    train_step(next(stream))
