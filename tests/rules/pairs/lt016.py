# mypy: ignore-errors
# ruff: noqa
"""LT016: tf.py_function with a new Python function at every call."""

# smelly
import tensorflow as tf

for path in paths:
    img = tf.py_function(lambda p: read_scan(p.numpy()), [path], tf.float32)  # leak
    step(img)

# repaired
import tensorflow as tf

for path in paths:
    img = tf.convert_to_tensor(read_scan(path))
    step(img)
