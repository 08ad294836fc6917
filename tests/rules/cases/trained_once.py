# mypy: ignore-errors
# ruff: noqa
"""A training that gives something back is one training, and no question that is asked again."""

import tensorflow.compat.v1 as tf


def losses(inputs, settings):
    with tf.variable_scope("model"):
        return tf.reduce_mean(tf.layers.dense(inputs, settings.width))


def train(folder, inputs, settings):
    loss = losses(inputs, settings)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        while not settings.done():
            print(session.run(loss))
    return folder


def speech_train(settings, folder, inputs):
    return train(folder, inputs, settings)


def score(inputs, settings, session):
    return session.run(losses(inputs, settings))  # leak: LT008
