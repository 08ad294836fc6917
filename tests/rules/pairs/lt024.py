# mypy: ignore-errors
# ruff: noqa
"""LT024: model.fit used as a training step in a loop."""

# smelly
import keras

for x, y in stream():
    model.fit(x, y, verbose=0)  # leak

# repaired
import keras

for x, y in stream():
    model.train_on_batch(x, y)
