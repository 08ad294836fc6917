# mypy: ignore-errors
# ruff: noqa
"""LT008: Building graph operations inside a tf.Session loop."""

# smelly
import tensorflow as tf

with tf.compat.v1.Session() as sess:
    sess.run(tf.compat.v1.global_variables_initializer())
    for step in range(steps):
        sess.run(tf.compat.v1.assign(lr, 0.1 / (step + 1)))  # leak
        sess.run(train_op)

# repaired
import tensorflow as tf

lr_in = tf.compat.v1.placeholder(tf.float32, [])
set_lr = tf.compat.v1.assign(lr, lr_in)
with tf.compat.v1.Session() as sess:
    sess.run(tf.compat.v1.global_variables_initializer())
    sess.graph.finalize()
    for step in range(steps):
        sess.run(set_lr, {lr_in: 0.1 / (step + 1)})
        sess.run(train_op)
