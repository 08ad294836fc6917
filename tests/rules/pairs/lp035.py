# mypy: ignore-errors
# ruff: noqa
"""LP035: a profiler that records all of training."""

# smelly
import torch
from torch.utils.data import DataLoader

loader = DataLoader(samples, batch_size=32)

with torch.profiler.profile(record_shapes=True) as prof:  # leak
    for x, y in loader:
        train_step(x, y)
print(prof.key_averages().table())

# repaired
import torch
from torch.utils.data import DataLoader

loader = DataLoader(samples, batch_size=32)

window = torch.profiler.schedule(wait=1, warmup=1, active=3)
with torch.profiler.profile(record_shapes=True, schedule=window) as prof:
    for x, y in loader:
        train_step(x, y)
        prof.step()
print(prof.key_averages().table())
