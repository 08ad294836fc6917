# mypy: ignore-errors
# ruff: noqa
"""LT007: Appending or assigning tensors to outer Python state inside a tf.function."""

# smelly
import tensorflow as tf

seen = []


@tf.function
def forward(x):
    h = layer(x)
    seen.append(h)  # leak
    return h


# repaired
import tensorflow as tf


@tf.function
def forward(x):
    h = layer(x)
    return h


seen = []
for x in data:
    seen.append(forward(x).numpy())
