# mypy: ignore-errors
# ruff: noqa
"""LT012: One GradientTape around a loop over batches."""

# smelly
import keras
import tensorflow as tf

with tf.GradientTape() as tape:  # leak
    total = 0.0
    for x, y in dataset:
        total += loss_fn(y, model(x, training=True))
grads = tape.gradient(total, model.trainable_variables)
optimizer.apply_gradients(zip(grads, model.trainable_variables))

# repaired
import keras
import tensorflow as tf

sums = [tf.Variable(tf.zeros_like(v), trainable=False) for v in model.trainable_variables]
for x, y in dataset:
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x, training=True))
    for s, g in zip(sums, tape.gradient(loss, model.trainable_variables)):
        s.assign_add(g)
optimizer.apply_gradients(zip([tf.convert_to_tensor(s) for s in sums], model.trainable_variables))
