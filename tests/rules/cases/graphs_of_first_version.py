# mypy: ignore-errors
# ruff: noqa
"""What is gathered while a graph of TensorFlow 1 is built are its operations."""

import tensorflow.compat.v1 as tf


def mixed(first, last, share):
    return first * share + tf.tile(last, [2, 1])


def interpolated(firsts, lasts, shares):
    found = []
    level_iterator = enumerate(zip(firsts, lasts))
    for level, (first, last) in level_iterator:
        found.append(mixed(first, last, shares[level]))
    return found[:-1], found[-1]


def run(sess, logits, steps):
    for step in range(steps):
        sess.run(tf.nn.softmax(logits))  # leak: LT008
