# mypy: ignore-errors
# ruff: noqa
"""LT003: tf.function called with ever new Python numbers or strings."""

# smelly
import tensorflow as tf


@tf.function
def train_step(x, step):
    lr = 0.1 / (1.0 + tf.cast(step, tf.float32))
    return update(x, lr)


for step in range(10_000):
    train_step(batch(), step)  # leak

# repaired
import tensorflow as tf


@tf.function
def train_step(x, step):
    lr = 0.1 / (1.0 + tf.cast(step, tf.float32))
    return update(x, lr)


for step in range(10_000):
    train_step(batch(), tf.constant(step))
