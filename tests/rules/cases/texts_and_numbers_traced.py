# mypy: ignore-errors
# ruff: noqa
"""What calls of `tf.function` are given in loops: texts that show numbers, and lists as long as
texts have words."""

import tensorflow as tf


@tf.function
def told(x, name):
    tf.print(name, tf.reduce_mean(x))
    return x


@tf.function
def tagged(ids):
    return tf.argmax(table(ids), -1)


def tell(stream, weights, part):
    for number, x in enumerate(stream):
        told(x, f"batch {number}")  # leak: LT003
        told(x, f"{part} of the data")
        told(x, "all of it")
    for weight in weights:
        # Each weight has one name, and there are as many as there are layers.
        told(weight, weight.name)


def tag(path, numbers):
    for line in open(path):
        words = line.split()
        ids = tf.constant([numbers.get(word, 0) for word in words])
        print(tagged(ids).numpy())  # leak: LT004
        known = [numbers[word] for word in words if word in numbers]
        first = tf.constant(pad(words, 64))
        print(tagged(first).numpy())


class Counting:
    def __init__(self):
        self.turn = 0
        self.scale = 0.5

    @tf.function
    def step(self, x, number):
        return x * number

    def go(self, stream):
        for x in stream:
            self.step(x, self.turn)  # leak: LT003
            self.step(x, self.scale)
            self.turn += 1
