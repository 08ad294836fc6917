# mypy: ignore-errors
# ruff: noqa
"""What calls of `tf.function` are given in loops: texts that show numbers, and lists as long as
texts have words."""

import argparse
import functools
import math
import os

import numpy as np
import tensorflow as tf
from absl import flags


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


def cosine(number, rounds):
    """Falls from 1 to 0."""
    done = number / rounds
    return 0.5 * (1 + math.cos(math.pi * done))


def stairs(number):
    return 0.1 if number < 100 else 0.01


def fixed(number):
    return 0.1 * 2


@tf.function
def scaled(x, rate):
    return x * rate


def decay(stream, rounds):
    for number, x in enumerate(stream):
        scaled(x, cosine(number, rounds))  # leak: LT003
        rate = cosine(number, rounds)
        scaled(x, rate)  # leak: LT003
        scaled(x, max(0.01, 1 - number / 500))  # leak: LT003
        scaled(x, stairs(number))
        scaled(x, fixed(number))
        told(x, "batch {}".format(number))  # leak: LT003
        told(x, "batch " + str(number))  # leak: LT003
        told(x, "batch %d" % number)  # leak: LT003


def tell_files(folder, files, names):
    for path in files:
        with open(path) as text:
            told(tf.constant(text.read()), path)  # leak: LT003
    for name in os.listdir(folder):
        told(tf.constant(1.0), name)  # leak: LT003
    for name in names:
        # Few names, perhaps.
        told(tf.constant(1.0), name)


@tf.function
def applied(function, x):
    return function(x)


def apply(stream):
    for number, x in enumerate(stream):
        applied(functools.partial(tf.multiply, number), x)  # leak: LT006
        applied(tf.nn.relu, x)


FLAGS = flags.FLAGS


def by_command_line(stream):
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=0.1)
    args = parser.parse_args()
    for number, x in enumerate(stream):
        scaled(x, args.rate)
        scaled(x, args.rate * 0.99**number)  # leak: LT003
        scaled(x, FLAGS.rate / (1 + number))  # leak: LT003
        scaled(x, unknown.rate * 0.99**number)


def crops(stream, widths):
    for x in stream:
        left, width = np.random.randint(0, 100), np.random.uniform(0.5)
        scaled(x, left)  # leak: LT003
        scaled(x, width)  # leak: LT003
        scaled(x, np.random.uniform(0, 1, 3))
        scaled(x, np.random.uniform(0, 1, size=3))
        scaled(x, np.random.normal(widths))
