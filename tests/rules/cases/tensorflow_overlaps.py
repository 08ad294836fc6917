# mypy: ignore-errors
# ruff: noqa
"""Where two smells of TensorFlow meet, the one that names the cause is reported."""

import keras
import tensorflow as tf


def extractors(model: keras.Model, batches):
    for x in batches:
        extractor = keras.Model(model.input, model.layers[-2].output)  # leak: LT021
        print(extractor.predict(x))


def loaded_again(batches):
    for x in batches:
        model = keras.models.load_model("net.keras")  # leak: LT020
        print(model.predict(x))


def work(x, i):
    return x * i


def functions_made_again(x):
    for i in range(100):
        fast = tf.function(work)  # leak: LT005
        fast(x, i)


def functions_of_models(x):
    for seed in range(100):
        keras.backend.clear_session()
        model = keras.Sequential([keras.layers.Dense(seed)])

        @tf.function
        def evaluate(x):  # leak: LT005
            return tf.reduce_mean(model(x))

        print(float(evaluate(x)))


class Layer(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.seen = []

    @tf.function
    def call(self, x):
        self.seen.append(x)  # leak: LT019
        return x


def persistent(model: keras.Model, dataset, loss_fn):
    with tf.GradientTape(persistent=True) as tape:  # leak: LT012
        total = 0.0
        for x, y in dataset:
            total += loss_fn(y, model(x))
    return tape.gradient(total, model.trainable_variables)


def compiled_and_fitted(x, y):
    for units in range(8, 512, 8):
        model = keras.Sequential([keras.layers.Dense(units)])  # leak: LT001
        model.compile("adam", "mse")
        model.fit(x, y, verbose=0)
