# mypy: ignore-errors
# ruff: noqa
"""LP028: labels kept in the shared memory of workers."""

# smelly
from torch.utils.data import DataLoader

loader = DataLoader(samples, batch_size=1, num_workers=4)
labels = []
for x, y in loader:
    labels.append(y)  # leak

# repaired
from torch.utils.data import DataLoader

loader = DataLoader(samples, batch_size=1, num_workers=4)
labels = []
for x, y in loader:
    labels.append(y.clone())
