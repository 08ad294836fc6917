# mypy: ignore-errors
# ruff: noqa
"""LT023: Large NumPy array baked into the graph by from_tensor_slices or a closure."""

# smelly
import numpy as np
import tensorflow as tf

features = np.load("features.npy")
ds = tf.data.Dataset.from_tensor_slices(features).shuffle(1000).batch(64)  # leak

# repaired
import numpy as np
import tensorflow as tf

features = np.load("features.npy", mmap_mode="r")
ids = tf.data.Dataset.range(len(features)).shuffle(1000).batch(64)
ds = ids.map(lambda i: tf.numpy_function(lambda k: features[k], [i], tf.float32))
