# mypy: ignore-errors
# ruff: noqa
"""LT004: tf.function called with many different shapes and no relaxed signature."""

# smelly
import tensorflow as tf


@tf.function
def score(tokens):
    return tf.reduce_mean(table(tokens))


for doc in documents:
    score(tf.constant(tokenize(doc)))  # leak

# repaired
import tensorflow as tf


@tf.function(input_signature=[tf.TensorSpec([None], tf.int32)])
def score(tokens):
    return tf.reduce_mean(table(tokens))


for doc in documents:
    score(tf.constant(tokenize(doc), tf.int32))
