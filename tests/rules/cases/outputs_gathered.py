# mypy: ignore-errors
# ruff: noqa
"""Outputs of TensorFlow that are gathered, and what is done with all of them."""

import numpy as np
import tensorflow as tf
from tensorflow import keras


def answers_of(net: keras.Model, batches):
    answers = []
    for rows in batches:
        answers.append(net(rows))  # leak: LT011
    print(len(answers), answers)
    return np.concatenate(answers)


def mixed(parts):
    return tf.einsum("ni,nj->ij", *parts)


def mixture_of(net: keras.Model, batches, judge):
    given, judged = [], []
    for rows in batches:
        given.append(net(rows))
        judged.append(net(rows))
    return mixed(given), judge.weigh(judged)
