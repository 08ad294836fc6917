# mypy: ignore-errors
# ruff: noqa
"""LP036: a new iterator for every step."""

# smelly
from torch.utils.data import DataLoader

loader = DataLoader(samples, batch_size=32, num_workers=4)
for step in range(steps):
    x, y = next(iter(loader))  # leak
    train_step(x, y)

# repaired
from torch.utils.data import DataLoader

loader = DataLoader(samples, batch_size=32, num_workers=4)
batches = iter(loader)
for step in range(steps):
    x, y = next(batches)
    train_step(x, y)
