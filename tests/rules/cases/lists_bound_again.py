# mypy: ignore-errors
# ruff: noqa
"""Lists in whose place a longer one comes, instead of being appended to."""

import tensorflow as tf
import torch
from torch import nn


def fit(net: nn.Module, loader, optimizer, seen):
    losses, outputs, last, kept = [], [], [], []
    for x, y in loader:
        out = net(x)
        loss = nn.functional.mse_loss(out, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses = losses + [loss]  # leak: LP002
        outputs = [*outputs, out]  # leak: LP002
        last = (last + [loss])[-10:]
        kept = kept + [loss.item()]
        # The list of whoever calls this stays as it was.
        seen = seen + [x]
        # One list in each iteration.
        pair = [out]
        pair = pair + [y]
    return losses, outputs, last, kept


class Projection(tf.keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.inner = tf.keras.layers.Dense(8)
        self.seen = []

    def call(self, x):
        y = self.inner(x)
        self.seen = self.seen + [y]  # leak: LT019
        return y
