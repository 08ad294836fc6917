# mypy: ignore-errors
# ruff: noqa
"""LT006: Passing new Python objects (models, bound methods, lambdas, lists) to one tf.function."""

# smelly
import keras
import tensorflow as tf


@tf.function
def evaluate(model, x):
    return tf.reduce_mean(model(x))


for seed in range(200):
    candidate = build_model(seed)
    results.append(float(evaluate(candidate, x)))  # leak

# repaired
import keras
import tensorflow as tf


def evaluate(model, x):
    return tf.reduce_mean(model(x))


for seed in range(200):
    candidate = build_model(seed)
    results.append(float(evaluate(candidate, x)))
    keras.backend.clear_session()
