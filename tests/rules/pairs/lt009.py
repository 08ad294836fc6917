# mypy: ignore-errors
# ruff: noqa
"""LT009: tf.Session kept without close."""

# smelly
import tensorflow as tf


class Scorer:
    def __init__(self, build):
        self.graph = tf.Graph()
        with self.graph.as_default():
            self.out = build()
            self.sess = tf.compat.v1.Session(graph=self.graph)  # leak


scorers = [Scorer(b) for b in builders]

# repaired
import tensorflow as tf


class Scorer:
    def __init__(self, build):
        self.graph = tf.Graph()
        with self.graph.as_default():
            self.out = build()
            self.sess = tf.compat.v1.Session(graph=self.graph)

    def close(self):
        self.sess.close()


scorers = [Scorer(b) for b in builders]
for s in scorers:
    s.close()
