# mypy: ignore-errors
# ruff: noqa
"""Sessions, writers and models that the methods of a class keep under names of their own."""

import tensorflow as tf
from tensorflow import keras


class Restored:
    def __init__(self, folder):
        self.folder = folder
        self.sessions = {}

    def open(self, name):
        graph = tf.Graph()
        with graph.as_default():
            saver = tf.compat.v1.train.import_meta_graph(f"{self.folder}/{name}.meta")
            self.sessions[name] = tf.compat.v1.Session(graph=graph)  # leak: LT009
            saver.restore(self.sessions[name], f"{self.folder}/{name}")

    def scores(self, name, rows):
        return self.sessions[name].run("scores:0", {"rows:0": rows})


class Closed(Restored):
    def __init__(self, folder):
        self.folder = folder
        self.opened = {}

    def open(self, name):
        session = tf.compat.v1.Session(graph=tf.Graph())
        self.opened[name] = session

    def close(self):
        for session in self.opened.values():
            session.close()


class Lent:
    def __init__(self):
        self.lent = {}

    def open(self, name):
        self.lent[name] = tf.compat.v1.Session()

    def of(self, name):
        # Whoever asks for it may close it.
        return self.lent[name]


class Board:
    def __init__(self):
        self.writers = {}

    def start(self, run):
        self.writers[run] = tf.summary.create_file_writer(run)  # leak: LT017

    def log(self, run, value, step):
        with self.writers[run].as_default():
            tf.summary.scalar("value", value, step=step)


def log_all(runs):
    board = Board()
    for run in runs:
        board.start(run)
        board.log(run, 1.0, 0)


class Ended:
    def __init__(self):
        self.open_ones = {}

    def start(self, run):
        self.open_ones[run] = tf.summary.create_file_writer(run)

    def end(self, run):
        self.open_ones[run].close()


def log_each(runs):
    board = Ended()
    for run in runs:
        board.start(run)
        board.end(run)


class Shelf:
    def __init__(self):
        self.models = {}
        self.scalers = {}

    def put(self, name, scaler):
        self.models[name] = keras.models.load_model(f"{name}.keras")
        self.scalers[name] = scaler

    def ask(self, name, row):
        row = self.scalers[name].predict(row[None])[0]
        return self.models[name].predict(row[None], verbose=0)[0]  # leak: LT002

    def compare(self, rows):
        return [model.predict(rows, verbose=0) for model in self.models.values()]

    def one_of_each(self, row):
        # Each round asks another model.
        return {
            name: self.models[name].predict(row[None], verbose=0) for name in sorted(self.models)
        }
