# mypy: ignore-errors
# ruff: noqa
"""LT011: Eager tensors collected in a list instead of numbers or arrays."""

# smelly
import keras

outputs = []
for x, _ in test_ds:
    outputs.append(model(x, training=False))  # leak

# repaired
import keras

outputs = []
for x, _ in test_ds:
    outputs.append(model(x, training=False).numpy())
