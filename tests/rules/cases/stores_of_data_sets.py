# mypy: ignore-errors
# ruff: noqa
"""Stores that data sets open where they are made, and in their workers."""

import h5py
import lmdb
import torch
from torch.utils.data import DataLoader, Dataset


class Opened(Dataset):
    def __init__(self, path, keys):
        self.store = h5py.File(path, "r")  # leak: LP030
        self.images = lmdb.open(path)  # leak: LP030
        self.keys = keys

    def __len__(self):
        return len(self.keys)

    def __getitem__(self, index):
        with self.images.begin() as transaction:
            image = transaction.get(self.keys[index])
        return torch.from_numpy(self.store[self.keys[index]][:]), image


class OpenedOnce(Dataset):
    def __init__(self, path, keys):
        self.path, self.keys, self.store = path, keys, None

    def __len__(self):
        return len(self.keys)

    def __getitem__(self, index):
        if self.store is None:
            self.store = h5py.File(self.path, "r")
        return torch.from_numpy(self.store[self.keys[index]][:])


class OpenedAnew(Dataset):
    def __init__(self, path, keys):
        self.path, self.keys = path, keys
        self.store = h5py.File(path, "r")

    def __getstate__(self):
        return {"path": self.path, "keys": self.keys, "store": None}

    def __len__(self):
        return len(self.keys)

    def __getitem__(self, index):
        return torch.from_numpy(self.store[self.keys[index]][:])


class ReadHere(Dataset):
    def __init__(self, path, keys):
        self.store = h5py.File(path, "r")
        self.keys = keys

    def __len__(self):
        return len(self.keys)

    def __getitem__(self, index):
        return torch.from_numpy(self.store[self.keys[index]][:])


def loaders(path, keys):
    return [
        DataLoader(Opened(path, keys), batch_size=8, num_workers=4),
        DataLoader(OpenedOnce(path, keys), batch_size=8, num_workers=4),
        DataLoader(OpenedAnew(path, keys), batch_size=8, num_workers=4),
        DataLoader(ReadHere(path, keys), batch_size=8),
    ]
