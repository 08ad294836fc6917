# mypy: ignore-errors
# ruff: noqa
"""LP038: the allocator's history without a limit."""

# smelly
import torch

torch.cuda.memory._record_memory_history()  # leak
for x, y in loader:
    train_step(x, y)

# repaired
import torch

torch.cuda.memory._record_memory_history(max_entries=100_000)
for x, y in loader:
    train_step(x, y)
torch.cuda.memory._dump_snapshot("memory.pickle")
torch.cuda.memory._record_memory_history(enabled=None)
