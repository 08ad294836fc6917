# mypy: ignore-errors
# ruff: noqa
"""Keras models that a function builds and trains whenever a loop or a search runs it."""

import functools

import hyperopt
import keras_tuner
import optuna
import tensorflow as tf
import wandb
from genomes import Mutator, decode, pool
from tensorflow import keras
from tensorflow.keras.layers import Dense


def dense(width):
    model = keras.Sequential([keras.layers.Dense(width), keras.layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    return model


def fitness(width, data):
    model = keras.Sequential([keras.layers.Dense(width)])  # leak: LT001
    model.compile("adam", "mse")
    return model.fit(data).history["loss"][-1]


def grid(data):
    return {width: fitness(width, data) for width in range(8, 512, 8)}


def mapped(width):
    net = dense(width)  # leak: LT001
    net.fit(train_data)
    # Each call asks the model that it made, once.
    return net.predict(next_row[None])[0]


def best(widths):
    return max(map(mapped, widths))


def by_hyperopt(space):
    net = dense(space["width"])  # leak: LT001
    net.fit(train_data, epochs=3)
    return net.evaluate(valid_data)


def by_lambda(trial, data):
    net = dense(trial.suggest_int("width", 8, 512))  # leak: LT001
    net.fit(data)
    return net.evaluate(data)


def by_partial(trial, data):
    net = dense(trial.suggest_int("width", 8, 512))  # leak: LT001
    net.fit(data)
    return net.evaluate(data)


def by_agent():
    with wandb.init() as run:
        net = dense(run.config.width)  # leak: LT001
        net.fit(train_data)


def cleared(trial):
    tf.keras.backend.clear_session()
    net = dense(trial.suggest_int("width", 8, 512))
    net.fit(train_data)
    return net.evaluate(valid_data)


def tuned(hp):
    # Keras Tuner clears the session before each trial.
    net = keras.Sequential([keras.layers.Dense(hp.Int("width", 8, 512))])
    net.compile("adam", "mse")
    return net


def searches(data, space):
    hyperopt.fmin(fn=by_hyperopt, space=space, algo=hyperopt.tpe.suggest, max_evals=100)
    study = optuna.create_study()
    study.optimize(lambda trial: by_lambda(trial, data), n_trials=100)
    study.optimize(functools.partial(by_partial, data=data), n_trials=100)
    study.optimize(cleared, n_trials=100)
    wandb.agent("sweep", function=by_agent, count=100)
    keras_tuner.RandomSearch(tuned, objective="val_loss", max_trials=100).search(data)


class Evolution:
    def __init__(self, data):
        self.data = data

    def train(self, net):
        net.compile(optimizer="adam", loss="mse")
        net.fit(self.data, epochs=2)
        return net.evaluate(self.data)

    def evolve(self, count):
        scores = []
        while len(scores) < count:
            child = Mutator(self.data).breed()  # leak: LT001
            scores.append(self.train(child))
        return scores

    def rate(self, genome):
        try:
            net = decode(genome)  # leak: LT001
            net.fit(self.data, epochs=2)
            return net, net.evaluate(self.data)
        except ValueError:
            return None, 0.0

    def generations(self, genomes):
        for genome in genomes:
            net, score = self.rate(genome)
            print(score)

    def go_on(self):
        # The pool hands out what it has.
        for name in pool.names:
            net = pool.get(name)
            net.fit(self.data, epochs=1)

    def same(self, keeper):
        for _ in range(100):
            # What is not compiled, and not made of anything new, may be the same one.
            net = keeper.current()
            net.fit(self.data, epochs=1)


def member(seed, data):
    keras.utils.set_random_seed(seed)
    net = keras.Sequential([keras.layers.Dense(1)])
    net.compile("adam", "mse")
    return net, net.fit(data)


def ensemble(data):
    members = []
    for seed in range(20):
        net, _ = member(seed, data)
        members.append(net)
    return members


def fold(data):
    net = keras.Sequential([keras.layers.Dense(1)])
    net.compile("adam", "mse")
    net.fit(data)
    return net.evaluate(data)


def folds_cleared(folds):
    for data in folds:
        keras.backend.clear_session()
        print(fold(data))


def twice(folds):
    for kind in ("raw", "scaled"):
        print(compared(folds[kind]))


def compared(data):
    net = keras.Sequential([keras.layers.Dense(1)])
    net.compile("adam", "mse")
    return net.fit(data)


class Agent:
    def __init__(self):
        self.net = None

    def prepare(self, width):
        if self.net is None:
            self.net = keras.Sequential([keras.layers.Dense(width)])
            self.net.compile("adam", "mse")
            self.net.fit(warm_up)

    def play(self, episodes):
        for episode in episodes:
            self.prepare(episode.width)


class Asked:
    def __init__(self, rows, labels):
        self.rows, self.labels = rows, labels

    def __call__(self, trial):
        model = keras.Sequential([Dense(trial.suggest_int("n", 4, 64))])  # leak: LT001
        model.compile("adam", "mse")
        model.fit(self.rows, self.labels, verbose=0)
        return model.evaluate(self.rows, self.labels)


class AskedAndCleared(Asked):
    def __call__(self, trial):
        keras.backend.clear_session()
        model = keras.Sequential([Dense(trial.suggest_int("n", 4, 64))])
        model.compile("adam", "mse")
        return model.fit(self.rows, self.labels, verbose=0).history["loss"][-1]


def search_with_objects(rows, labels):
    study = optuna.create_study()
    study.optimize(Asked(rows, labels), n_trials=50)
    study.optimize(AskedAndCleared(rows, labels), n_trials=50)
