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


class Trainer:
    def __init__(self, model, rates):
        self.model, self.rates = model, rates

    def step(self, x, y):
        @tf.function
        def run():  # leak: LT005
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((self.model(x) - y) ** 2)
            slopes = tape.gradient(loss, self.model.variables)
            self.rates.apply_gradients(zip(slopes, self.model.variables))
            return loss

        return float(run())

    def of(self, net, x):
        @tf.function
        def run():
            return net(x)

        return float(run())

    def fit(self, dataset, nets):
        for x, y in dataset:
            self.step(x, y)
        for net in nets:
            self.of(net, x)


@tf.function
def weighed(rows, weight):
    return rows * weight


def annealed(dataset):
    for step, rows in enumerate(dataset):
        weighed(rows, float(step))  # leak: LT003
        weighed(rows, len(rows))
        weighed(rows, float(step % 2))
        weighed(rows, tf.constant(float(step)))
