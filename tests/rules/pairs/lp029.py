# mypy: ignore-errors
# ruff: noqa
"""LP029: samples moved to the GPU in workers."""

# smelly
import torch
from torch.utils.data import DataLoader, Dataset


class Clips(Dataset):
    def __getitem__(self, index):
        clip = torch.from_numpy(read(index))
        return clip.cuda()  # leak


loader = DataLoader(Clips(), batch_size=8, num_workers=4)
for clip in loader:
    step(clip)

# repaired
import torch
from torch.utils.data import DataLoader, Dataset


class Clips(Dataset):
    def __getitem__(self, index):
        clip = torch.from_numpy(read(index))
        return clip


loader = DataLoader(Clips(), batch_size=8, num_workers=4, pin_memory=True)
for clip in loader:
    step(clip.cuda(non_blocking=True))
