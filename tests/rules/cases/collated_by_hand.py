# mypy: ignore-errors
# ruff: noqa
"""What a function of the user's own puts into a batch need not be a tensor."""

import torch
from torch.utils.data import DataLoader


def collate(samples):
    return torch.stack([one[0] for one in samples]), [one[1] for one in samples]


def texts_of(dataset):
    skipped = []
    for waves, texts in DataLoader(dataset, 16, collate_fn=collate, num_workers=4):
        if waves.isnan().any():
            skipped.append(texts)
    return skipped


def targets_of(dataset):
    kept = []
    for images, targets in DataLoader(dataset, 16, num_workers=4):
        kept.append(targets)  # leak: LP028
    return kept
