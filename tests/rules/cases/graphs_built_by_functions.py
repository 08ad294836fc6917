# mypy: ignore-errors
# ruff: noqa
"""Functions that build for whoever calls them, in loops that run sessions."""

import tensorflow.compat.v1 as tf


def layers(images):
    hidden = tf.layers.conv2d(images, 32, 3)
    return tf.layers.dense(hidden, 10)


def evaluate(checkpoints, images):
    for checkpoint in checkpoints:
        with tf.Session() as sess:
            logits = layers(images)  # leak: LT008
            print(checkpoint, sess.run(logits))


def evaluate_alone(checkpoints, images):
    for checkpoint in checkpoints:
        tf.reset_default_graph()
        with tf.Session() as sess:
            print(checkpoint, sess.run(layers(images)))


def evaluate_once(checkpoints, images):
    logits = layers(images)
    with tf.Session() as sess:
        for checkpoint in checkpoints:
            print(checkpoint, sess.run(logits))


def counted(images):
    print(len(images))


def evaluate_counted(checkpoints, images):
    logits = layers(images)
    with tf.Session() as sess:
        for checkpoint in checkpoints:
            counted(images)
            print(checkpoint, sess.run(logits))


class Sessions:
    def __init__(self):
        self.graph = None

    def load(self, meta):
        saver = tf.train.import_meta_graph(meta)
        self.session = tf.Session()  # leak: LT009
        saver.restore(self.session, meta[:-5])
