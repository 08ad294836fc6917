# mypy: ignore-errors
# ruff: noqa
"""Predictions that one training step learns from, and trainings on single samples."""

import random

import numpy as np
from keras.layers import Dense
from keras.models import Sequential


class Learner:
    def __init__(self, width, moves):
        self.seen = []
        self.net = self.build(width, moves)
        self.older = self.build(width, moves)

    def build(self, width, moves):
        net = Sequential([Dense(24, input_dim=width), Dense(moves)])
        net.compile("adam", "mse")
        return net

    def learn(self, size):
        drawn = random.sample(self.seen, size)
        states = np.array([one[0] for one in drawn])
        values = self.net.predict(states, verbose=0)  # leak: LT002
        later = self.older.predict(np.array([one[3] for one in drawn]))  # leak: LT002
        for row, (_, move, reward, _) in enumerate(drawn):
            values[row, move] = reward + 0.9 * later[row].max()
        self.net.fit(states, values, verbose=0)

    def fit_all(self, states, targets):
        self.net.fit(states, targets, epochs=20)
        return self.net.predict(states)


def play(rounds):
    learner = Learner(4, 2)
    for _ in range(rounds):
        learner.learn(32)


def paint(painter: Sequential, critic: Sequential, pictures, rounds):
    for turn in range(rounds):
        noise = np.random.normal(size=(64, 100))
        painted = painter.predict(noise)  # leak: LT002
        critic.train_on_batch(painted, np.zeros(64))
        if turn % 500 == 0:
            show(painter.predict(pictures))


def label_more(net: Sequential, rows, labels, unlabelled):
    # Each round trains on all that there is.
    for _ in range(10):
        net.fit(rows, labels, epochs=30)
        guessed = net.predict(unlabelled)
        rows, labels = np.concatenate([rows, unlabelled]), np.concatenate([labels, guessed])


def correct(net: Sequential, stream):
    for row, label in stream:
        score = net.predict(row[None])  # leak: LT002
        if abs(score[0, 0] - label) > 0.5:
            net.fit(row[None], np.array([label]), verbose=0)  # leak: LT024


def now_and_then(net: Sequential, stream):
    rows, labels = [], []
    for row, label in stream:
        rows.append(row)
        labels.append(label)
        if len(rows) == 5000:
            net.fit(np.stack(rows), np.array(labels), verbose=0)
            rows, labels = [], []


class OneByOne:
    def __init__(self, width):
        self.net = Sequential([Dense(8, input_dim=width), Dense(1)])
        self.net.compile("sgd", "mse")

    def learn(self, row, label):
        self.net.fit(np.array([row]), np.array([label]), verbose=0)  # leak: LT024

    def learn_all(self, rows, labels):
        self.net.fit(rows, labels, verbose=0)


def follow(stream):
    online = OneByOne(8)
    for row, label in stream:
        online.learn(row, label)


def decode(decoder: Sequential, states, width):
    word, text = np.zeros((1, 1, width)), []
    while len(text) < 80:
        scores, *states = decoder.predict([word] + states)  # leak: LT002
        text.append(int(np.argmax(scores[0, -1])))
        word = np.zeros((1, 1, width))


def rows_of(net: Sequential, rows, side):
    for index in range(len(rows)):
        yield net.predict(rows[index : index + 1])  # leak: LT002
        yield net.predict([rows[index][None], side])  # leak: LT002
    for start in range(0, len(rows), 512):
        yield net.predict(rows[start : start + 512])
        yield net.predict([rows[start : start + 512], side])


class Arms:
    def __init__(self, arms, width):
        self.nets = [self.make(width) for _ in range(arms)]

    def make(self, width):
        net = Sequential([Dense(8, input_dim=width), Dense(1)])
        net.compile("adam", "mse")
        return net

    def choose(self, row):
        return int(np.argmax([net.predict(row[None])[0, 0] for net in self.nets]))  # leak: LT002

    def update(self, arm, row, reward):
        self.nets[arm].fit(row[None], np.array([reward]), verbose=0)  # leak: LT024

    def score_all(self, rows):
        return np.mean([net.predict(rows) for net in self.nets], axis=0)


def pull(rows, arms):
    for row in rows:
        arm = arms.choose(row)
        arms.update(arm, row, 1.0)


pull(read_rows(), Arms(4, 10))


def headlines(net: Sequential, stream, widths):
    cut = Dense(8)
    for title, label in stream:
        row = cut(np.array([title]))
        net.fit(row, np.array([label]), verbose=0)  # leak: LT024
        print(net.evaluate(row, np.array([label]), verbose=0))
