# mypy: ignore-errors
# ruff: noqa
"""LT014: Dataset.from_generator rebuilt every epoch or call."""

# smelly
import tensorflow as tf

for epoch in range(epochs):
    ds = tf.data.Dataset.from_generator(lambda: rows(epoch), output_signature=spec)  # leak
    for batch in ds:
        train_step(batch)

# repaired
import tensorflow as tf

epoch = tf.Variable(0)
ds = tf.data.Dataset.from_generator(lambda: rows(int(epoch.numpy())), output_signature=spec).batch(
    32
)
for _ in range(epochs):
    for batch in ds:
        train_step(batch)
    epoch.assign_add(1)
