# mypy: ignore-errors
# ruff: noqa
"""LT022: Keras Sequence/PyDataset or generator run with use_multiprocessing=True."""

# smelly
import keras
import tensorflow as tf

model.fit(AugmentedSequence(paths), epochs=50, workers=8, use_multiprocessing=True)  # leak

# repaired
import keras
import tensorflow as tf

ds = (
    tf.data.Dataset.from_tensor_slices(paths)
    .map(load, num_parallel_calls=tf.data.AUTOTUNE)
    .batch(32)
)
model.fit(ds, epochs=50)
