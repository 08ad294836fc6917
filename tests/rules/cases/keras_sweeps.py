# mypy: ignore-errors
# ruff: noqa
"""Keras models built in loops."""

import gc

import keras
import numpy as np
import tensorflow as tf
from sklearn.model_selection import KFold
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Dense, Input
from tensorflow.keras.models import Model, Sequential, clone_model


def create_model(width):
    model = Sequential()
    model.add(Dense(width, activation="relu"))
    model.add(Dense(1))
    model.compile(optimizer="adam", loss="mse")
    return model


def cross_validate(x, y):
    scores = []
    for train, test in KFold(n_splits=10).split(x):
        model = create_model(16)  # leak: LT001
        model.fit(x[train], y[train], epochs=5, verbose=0)
        scores.append(model.evaluate(x[test], y[test], verbose=0))
    return np.mean(scores)


def cross_validate_cleared(x, y):
    scores = []
    for train, test in KFold(n_splits=10).split(x):
        K.clear_session()
        model = create_model(16)
        model.fit(x[train], y[train], epochs=5, verbose=0)
        scores.append(model.evaluate(x[test], y[test], verbose=0))
        del model
        gc.collect()
    return np.mean(scores)


def grid(x, y):
    results = {}
    for width in (8, 16, 32, 64):
        for rate in (1e-2, 1e-3, 1e-4):
            inputs = Input((20,))
            model = Model(inputs, Dense(1)(Dense(width)(inputs)))  # leak: LT001
            model.compile(optimizer=tf.keras.optimizers.Adam(rate), loss="mse")
            results[width, rate] = model.fit(x, y).history["loss"][-1]
    return results


def ensemble(x, y):
    return [create_model(8) for _ in range(20)]


def members(x, y, base):
    models = []
    for seed in range(20):
        keras.utils.set_random_seed(seed)
        model = clone_model(base)
        model.compile("adam", "mse")
        model.fit(x, y)
        models.append(model)
    return models


def stacked(depth):
    model = keras.Sequential()
    for _ in range(depth):
        model.add(keras.layers.Dense(32))
    return model


def towers(inputs, count):
    x = inputs
    for _ in range(count):
        x = Dense(32)(x)
    return Model(inputs, x)


def restored(parts):
    kept = {}
    for name, part in parts.items():
        if name.startswith("encoder"):
            # One of the parts may be it, and nothing trains it.
            encoder = Sequential([Dense(part.width)])
            kept["weights"] = encoder.get_weights()
    return kept


class Forecaster:
    def __init__(self, width):
        self.net = Sequential([Dense(width), Dense(1)])  # leak: LT001
        self.net.compile("adam", "mae")

    def fit(self, x, y):
        self.net.fit(x, y, verbose=0)
        return self


def by_window(series):
    errors = {}
    for window in range(7, 90):
        forecaster = Forecaster(64).fit(*windows(series, window))
        errors[window] = forecaster.net.evaluate(*windows(series, window))
    return errors


class Member:
    def __init__(self, width):
        self.net = Sequential([Dense(width), Dense(1)])
        self.net.compile("adam", "mae")


def members(widths, pool):
    kept = []
    for width in widths:
        member = Member(width)
        kept.append(member)
    for width in widths:
        pool.put(Member(width))
    return kept, [Member(width) for width in widths]


def grown(genome):
    net = Sequential([Dense(genome[0]), Dense(1)])  # leak: LT001
    net.compile("adam", "mse")
    net.fit(*data, verbose=0)
    return net.evaluate(*data)


def evolved(population):
    return sorted(population, key=lambda genome: -grown(genome))[0]


def saliency(model, images):
    slopes = K.gradients(model.output[:, 0], model.input)[0]
    maps = [K.function([model.input], [slopes])]
    for image in images:
        again = K.gradients(model.output[:, 0], model.input)[0]  # leak: LT021
        maps.append(maps[0]([image[None]])[0])
    for depth in range(20):
        slopes = K.gradients(model.layers[depth].output, model.input)[0]
    return maps


def tuned(rates):
    for rate in rates:
        base = tf.keras.applications.MobileNetV2(include_top=False, pooling="avg")
        base.trainable = False
        model = tf.keras.Model(base.input, Dense(5)(base.output))  # leak: LT001
        model.compile(tf.keras.optimizers.Adam(rate), "mse")
        model.fit(data)
    for rate in rates:
        base = tf.keras.applications.MobileNetV2(include_top=False, pooling="avg")
        model = Sequential([base, Dense(5)])  # leak: LT001
        model.compile(tf.keras.optimizers.Adam(rate), "mse")
        model.fit(data)


def in_graphs(folds):
    for fold in folds:
        with tf.Graph().as_default():
            model = Sequential([Dense(4), Dense(1)])
            model.compile("adam", "mse")
            model.fit(*data(fold), verbose=0)


def streamed(net: keras.Model, batches):
    for step, (x, y) in enumerate(batches):
        net.fit(x, y, verbose=0)  # leak: LT024
        if step % 100 == 0:
            print(net.evaluate(x, y))


def with_backbone(width):
    backbone = keras.Sequential([keras.layers.Dense(width)])
    inputs = keras.Input((4,))
    return keras.Model(inputs, backbone(inputs)), backbone


def fold_after_fold(folds, x, y):
    for training, _ in folds:
        model, _ = with_backbone(8)  # leak: LT001
        model.compile("adam", "mse")
        model.fit(x[training], y[training])


def copied(teacher: keras.Model, rounds, x, y):
    for _ in range(rounds):
        student = keras.models.clone_model(teacher)  # leak: LT001
        student.set_weights(teacher.get_weights())
        student.compile("adam", "mse")
        student.fit(x, y)


def looked_into(model, names, x, y):
    for name in names:
        part = keras.Model(model.inputs, model.get_layer(name).output)
        print(name, part(x).shape)
    for width in range(8, 64):
        head = keras.layers.Dense(width)(model.output)
        tuned = keras.Model(model.input, head)
        tuned.compile("adam", "mse")
        tuned.fit(x, y)


class Policy(keras.Model):
    def __init__(self, width):
        super().__init__()
        self.inner = keras.layers.Dense(width)

    def call(self, x):
        return self.inner(x)


class Agent:
    def __init__(self, model):
        self.model = model
        self.model.compile("adam", "mse")


class Pair(keras.Model):
    def __init__(self, one):
        super().__init__()
        self.one = one


def agents(widths, x):
    for width in range(8, 64):
        policy = Policy(width)  # leak: LT001
        agent = Agent(policy)
        agent.model.fit(x, x)
    for width in range(8, 64):
        pair = Pair(Policy(width))
        pair(x)


class SweepTest(tf.test.TestCase):
    def test_all(self):
        for width in range(8, 64):
            model = create_model(width)
            model.fit(self.x, self.y)
            for row in self.x:
                self.assertAllClose(model.predict(row[None]), 0)


class Evolution:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def evaluate(self, width):
        model = create_model(width)  # leak: LT001
        model.fit(self.x, self.y)
        return model, model.evaluate(self.x, self.y)

    def trained(self, width):
        model = create_model(width)
        model.fit(self.x, self.y)
        return model, model.evaluate(self.x, self.y)

    def run(self, widths, which):
        scores, models = [], []
        for width in widths:
            found = self.evaluate(width)
            scores.append(found[which])
        return scores

    def ensemble(self, widths):
        models = []
        for width in widths:
            model, _ = self.trained(width)
            models.append(model)
        return models
