# mypy: ignore-errors
# ruff: noqa
"""Agents, services and training loops of TensorFlow, as they are written from day to day."""

import multiprocessing
import random

import numpy as np
import tensorflow as tf
from flask import Flask, jsonify, request
from PIL import Image
from tensorflow import keras

app = Flask(__name__)


class Weights(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.kept = []

    def on_epoch_end(self, epoch, logs=None):
        self.kept.append(self.model.get_weights())  # leak: LT018


class WeightsOfAnEpoch(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.kept = []

    def on_train_batch_end(self, batch, logs=None):
        self.kept.append(self.model.get_weights())


class Pictures(keras.utils.Sequence):
    def __init__(self, files):
        self.files = files
        self.pool = multiprocessing.Pool(4)  # leak: LG002
        self.pictures = []
        for file in files:
            self.pictures.append(Image.open(file))  # leak: LG003

    def __getitem__(self, index):
        return np.stack(self.pool.map(np.asarray, [self.pictures[index]]))


class Errors(tf.keras.metrics.Metric):
    def __init__(self):
        super().__init__()
        self.all = []

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.all.append(tf.abs(y_true - y_pred))  # leak: LT019

    def result(self):
        return tf.reduce_mean(tf.concat(self.all, 0))


class ErrorsOfAnEpoch(Errors):
    def __init__(self):
        super().__init__()
        self.own = []

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.own.append(tf.abs(y_true - y_pred))

    def reset_state(self):
        self.own = []


class Coder(keras.Model):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.codes = []

    def call(self, inputs, training=None):
        code = self.encoder(inputs)
        self.codes.append(code)  # leak: LT019
        return self.decoder(code)


class CoderOfOne(keras.Model):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def call(self, inputs, training=None):
        self.codes = []
        self.codes.append(self.encoder(inputs))
        return self.decoder(self.codes[-1])


class Agent:
    def __init__(self, size):
        self.net = keras.Sequential([keras.layers.Dense(64), keras.layers.Dense(size)])
        self.memory = []
        self.values = []
        self.numbers = []
        self.rollout = []

    def act(self, state):
        value = self.net(state[None])
        self.values.append(value)  # leak: LT011
        self.numbers.append(float(value[0, 0]))
        return int(tf.argmax(value[0]))

    def explore(self, state):
        value = self.net(state[None])
        self.rollout.append(value)
        return int(tf.argmax(value[0]))

    def finish(self):
        total = tf.add_n(self.rollout)
        self.rollout.clear()
        return total

    def replay(self, count):
        for s, action, reward in random.sample(self.memory, count):
            target = self.net.predict(s)  # leak: LT002
            target[0][action] = reward
            self.net.fit(s, target, epochs=1, verbose=0)  # leak: LT024

    def replay_at_once(self, count):
        batch = random.sample(self.memory, count)
        states = np.vstack([one[0] for one in batch])
        target = self.net.predict_on_batch(states)
        for row, (_, action, reward) in zip(target, batch):
            row[action] = reward
        self.net.train_on_batch(states, target)


def folds(splitter, x, y):
    model = keras.models.load_model("start.keras")
    for train, _ in splitter.split(x):
        model.fit(x[train], y[train], epochs=1)


class Service:
    def __init__(self, model):
        self.model = model
        self.fast = tf.function(self.model)

    def predict(self, batch):
        run = tf.function(self.model)  # leak: LT005
        return run(batch).numpy()

    def predict_at_once(self, batch):
        return tf.function(lambda part: self.model(part))(batch)  # leak: LT005

    def predict_fast(self, batch):
        return self.fast(batch).numpy()

    def runner(self, batch):
        run = tf.function(self.model)
        run(batch)
        return Holder(run)

    def serve(self, stream):
        for batch in stream:
            yield self.predict(batch), self.predict_at_once(batch), self.predict_fast(batch)


def predict_of_a_script(args):
    @tf.function
    def run(rows):
        return tf.reduce_sum(rows)

    for rows in tf.data.Dataset.load(args.folder):
        print(run(rows).numpy())


def annealed(logits):
    sharpen = tf.function(lambda rows, heat: tf.nn.softmax(rows / heat))
    heat, seldom = 1.0, 1.0
    while heat > 0.01:
        sharpen(logits, heat)  # leak: LT003
        sharpen(logits, seldom)
        heat *= 0.999
        if heat < 0.1:
            seldom *= 0.5


class Loader:
    def __init__(self, files):
        self.files = files

    def _rows(self):
        for file in self.files:
            yield np.load(file)

    def epoch(self):
        return tf.data.Dataset.from_generator(self._rows, tf.float32)  # leak: LT014

    def split(self, name):
        return tf.data.Dataset.from_generator(lambda: rows_of(name), tf.float32)

    def run(self, model, count):
        for _ in range(count):
            for rows in self.epoch():
                model(rows)

    def run_each(self, model, names):
        for name in names:
            for rows in self.split(name):
                model(rows)


def curvatures(model, rows):
    kept = {}
    for number, row in enumerate(rows):
        with tf.GradientTape(persistent=True) as tape:
            value = model(row)
        kept[number] = (tape, value)  # leak: LT013
    return kept


@app.post("/segment")
def segment():
    net = tf.saved_model.load("models/unet")  # leak: LT020
    mask = net(tf.constant(request.data))
    return jsonify(mask["out"].numpy().tolist())


@app.post("/network")
def network():
    net = tf.saved_model.load("models/unet")
    return net


class Padded(tf.keras.layers.Conv3D):
    def call(self, rows):
        convolve = tf.function(super().call, jit_compile=True)
        return convolve(rows)


class Pilot:
    def __init__(self, model):
        self.model = tf.keras.Sequential([tf.keras.layers.Dense(4)])

    def begin(self):
        trainable = tf.keras.Model(self.model.input, self.model.output)
        trainable.compile("adam", "mse")
        self.trainable = trainable


class Sketches(tf.keras.callbacks.Callback):
    def __init__(self, sample):
        self.sample = sample

    def on_epoch_end(self, epoch, logs=None):
        save(self.model.predict(self.sample)[0])


class Slopes(keras.callbacks.Callback):
    def __init__(self, rows, answers):
        super().__init__()
        self.rows, self.answers = rows, answers
        self.slopes, self.norms, self.last = [], [], None

    def on_train_batch_end(self, batch, logs=None):
        with tf.GradientTape() as tape:
            loss = self.model.compute_loss(self.rows, self.answers, self.model(self.rows))
        found = tape.gradient(loss, self.model.trainable_weights)
        self.slopes.append(found)  # leak: LT018
        self.last = found
        self.norms.append(float(tf.linalg.global_norm(found)))


class Remembered(keras.losses.Loss):
    def __init__(self):
        super().__init__()
        self.seen, self.shapes = [], []

    def call(self, wanted, given):
        loss = tf.reduce_mean(tf.square(wanted - given), axis=-1)
        self.seen.append(loss)  # leak: LT019
        self.shapes += [(wanted.shape, given.shape)]
        return loss


class Pairs(keras.Model):
    def __init__(self, net):
        super().__init__()
        self.net = net
        self.pairs = []

    def call(self, rows, training=False):
        given = self.net(rows, training=training)
        self.pairs += [(rows, given)]  # leak: LT019
        pairs = [(rows, given)]
        pairs.append((given, rows))
        return pairs[-1][0]


class Divergence(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.terms = []
        self.total = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, inputs):
        term = -0.5 * tf.reduce_mean(1 + inputs)
        self.terms.append(term)  # leak: LT019
        self.total.assign_add(term)
        return inputs


outputs_by_name = {}


@tf.function
def remembered(x, given):
    y = tf.nn.relu(x)
    outputs_by_name["relu"] = y  # leak: LT007
    given["relu"] = y
    outputs_by_name["shapes"] = tf.nest.map_structure(lambda one: one.shape, given)
    own = {}
    own["relu"] = y
    return own


def grown(model: keras.Model, dataset):
    rows = np.empty((0, 3))
    for x in dataset:
        rows = np.concatenate([rows, model.predict(x)])
    return rows


class Evaluations:
    def __init__(self, model: keras.Model):
        self.model = model
        self.rows = tf.zeros((0, 3))

    def run(self, dataset):
        for x in dataset:
            self.rows = tf.concat([self.rows, self.model(x)], 0)


compared = tf.keras.losses.MeanSquaredError()
net = keras.Sequential([keras.layers.Dense(1)])
losses, numbers = [], []


@tf.function
def learn(x, y):
    with tf.GradientTape() as tape:
        loss = compared(y, net(x))
    optimizer.apply_gradients(zip(tape.gradient(loss, net.weights), net.weights))
    return loss


def learn_all(dataset):
    for x, y in dataset:
        loss = learn(x, y)
        losses.append(loss)  # leak: LT011
        numbers.append(float(loss))


def read_anew(paths, rounds):
    for _ in range(rounds):

        def rows():
            for path in paths:
                yield np.load(path)

        for row in tf.data.Dataset.from_generator(rows, tf.float32):  # leak: LT014
            print(row)


class Normed(keras.layers.Wrapper):
    def build(self, shape):
        super().build(shape)
        self.norms = []
        self.recent = []

    def call(self, inputs):
        norm = tf.norm(inputs)
        self.norms.append(norm)  # leak: LT019
        self.recent.append(norm)
        return self.layer(inputs / norm)

    def reset(self):
        self.recent = []
