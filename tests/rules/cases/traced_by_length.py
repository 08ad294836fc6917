# mypy: ignore-errors
# ruff: noqa
"""Functions that TensorFlow traces once for each length, and functions made for each task."""

import tensorflow as tf


@tf.function
def following(tokens):
    return net(tokens)[:, -1]


def continued(tokens, count):
    for _ in range(count):
        scores = following(tokens)  # leak: LT004
        tokens = tf.concat([tokens, tf.argmax(scores, -1)[:, None]], axis=1)
    return tokens


def continued_in_window(tokens, count):
    for _ in range(count):
        scores = following(tokens)
        tokens = tf.concat([tokens, tf.argmax(scores, -1)[:, None]], axis=1)
        tokens = tokens[:, -128:]
    return tokens


def joined_once(first, batches):
    for rows in batches:
        rows = tf.concat([first, rows], axis=0)
        following(rows)


def adapted(model, task):
    rates = tf.keras.optimizers.SGD(0.01)

    @tf.function
    def step(x, y):  # leak: LT005
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - y) ** 2)
        rates.apply_gradients(zip(tape.gradient(loss, model.variables), model.variables))

    for x, y in task:
        step(x, y)


def fitted(model, task):
    @tf.function
    def step(x, y):
        return tf.reduce_mean((model(x) - y) ** 2)

    for x, y in task:
        step(x, y)


net = build()
for task in tasks:
    adapted(net, task)
for task in tasks:
    fitted(build(), task)
