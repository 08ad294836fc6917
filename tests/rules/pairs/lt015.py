# mypy: ignore-errors
# ruff: noqa
"""LT015: Dataset.cache() without a file on large or augmented data."""

# smelly
import tensorflow as tf

ds = (
    tf.data.Dataset.list_files("train/*.jpg")  # leak
    .map(load_and_decode)
    .repeat()
    .cache()
    .batch(64)
)

# repaired
import tensorflow as tf

ds = (
    tf.data.Dataset.list_files("train/*.jpg")
    .map(load_and_decode)
    .cache("/tmp/train.cache")
    .repeat()
    .batch(64)
)
