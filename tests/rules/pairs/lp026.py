# mypy: ignore-errors
# ruff: noqa
"""LP026: samples cached in each worker."""

# smelly
from torch.utils.data import DataLoader, Dataset


class Pictures(Dataset):
    def __init__(self, paths):
        self.paths = paths
        self.cache = {}

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        if index not in self.cache:
            self.cache[index] = decode(self.paths[index])  # leak
        return self.cache[index]


loader = DataLoader(Pictures(paths), num_workers=4, persistent_workers=True)

# repaired
from torch.utils.data import DataLoader, Dataset


class Pictures(Dataset):
    def __init__(self, paths):
        self.paths = paths

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        return decode(self.paths[index])


loader = DataLoader(Pictures(paths), num_workers=4, persistent_workers=True)
