# mypy: ignore-errors
# ruff: noqa
"""LT005: tf.function object created in a loop or on every call."""

# smelly
import tensorflow as tf


def fit(model, data, opt, loss_fn):
    for x, y in data:

        @tf.function
        def step(x, y):  # leak
            with tf.GradientTape() as tape:
                loss = loss_fn(y, model(x, training=True))
            grads = tape.gradient(loss, model.trainable_variables)
            opt.apply_gradients(zip(grads, model.trainable_variables))

        step(x, y)


# repaired
import tensorflow as tf


def fit(model, data, opt, loss_fn):
    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        grads = tape.gradient(loss, model.trainable_variables)
        opt.apply_gradients(zip(grads, model.trainable_variables))

    for x, y in data:
        step(x, y)
