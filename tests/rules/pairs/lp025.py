# mypy: ignore-errors
# ruff: noqa
"""LP025: lines of text in a list that workers read."""

# smelly
from torch.utils.data import DataLoader, Dataset


class Lines(Dataset):
    def __init__(self, path):
        with open(path) as file:
            self.lines = [line.strip() for line in file]  # leak

    def __len__(self):
        return len(self.lines)

    def __getitem__(self, index):
        return encode(self.lines[index])


loader = DataLoader(Lines("corpus.txt"), batch_size=32, num_workers=4)

# repaired
import numpy as np
from torch.utils.data import DataLoader, Dataset


class Lines(Dataset):
    def __init__(self, path):
        with open(path) as file:
            self.lines = np.array([line.strip().encode() for line in file])

    def __len__(self):
        return len(self.lines)

    def __getitem__(self, index):
        return encode(self.lines[index].decode())


loader = DataLoader(Lines("corpus.txt"), batch_size=32, num_workers=4)
