# mypy: ignore-errors
# ruff: noqa
"""Data sets that are known by how they were loaded, or by the arguments of their methods."""

import tensorflow as tf
import tensorflow_datasets as tfds


def turned(image, label):
    return tf.image.random_flip_left_right(image), label


def by_parts():
    parts, about = tfds.load("cats_vs_dogs", with_info=True, as_supervised=True)
    train, test = parts["train"], parts["test"]
    train = train.map(lambda x, y: (tf.image.random_flip_left_right(x), y)).cache()  # leak: LT015
    test = test.map(lambda x, y: (tf.cast(x, tf.float32) / 255, y)).cache()
    return train, test, about


def by_splits():
    (train, test), _ = tfds.load("cats_vs_dogs", split=["train", "test"], with_info=True)
    return train.map(turned).cache(), test.cache()  # leak: LT015


def one_part():
    train = tfds.load("cats_vs_dogs", split="train")
    return train.shuffle(100).repeat().cache()  # leak: LT015


def prepared(ds, training):
    # What is mapped so is a data set.
    ds = ds.map(lambda x, y: turned(x, y), num_parallel_calls=tf.data.AUTOTUNE)
    ds = ds.cache()  # leak: LT015
    return ds.prefetch(tf.data.AUTOTUNE)


def another(pool, rows):
    return pool.map(turned, rows).cache()
