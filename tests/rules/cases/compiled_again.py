# mypy: ignore-errors
# ruff: noqa
"""Keras models that a function compiles whenever a loop runs it, beside those that it makes anew."""

from tensorflow import keras

network = keras.Sequential([keras.layers.Dense(4)])


def warm_up(rate):
    network.compile(optimizer=keras.optimizers.Adam(rate), loss="mse")  # leak: LT010
    network.fit(train_data, epochs=1)


def schedule(rates):
    for rate in rates:
        warm_up(rate)


class Student:
    def __init__(self, width):
        self.width = width
        self.net = keras.Sequential([keras.layers.Dense(width)])
        self.other = None
        self.ready = False

    def lesson(self, data, rate):
        self.net.compile(optimizer=keras.optimizers.Adam(rate), loss="mse")  # leak: LT010
        self.net.fit(data)

    def term(self, lessons):
        for number, data in enumerate(lessons):
            self.lesson(data, 0.1 / (number + 1))

    def begin_anew(self):
        self.other = keras.Sequential([keras.layers.Dense(self.width)])

    def exam(self, data):
        self.other.compile(optimizer="adam", loss="mse")
        return self.other.evaluate(data)

    def exams(self, sheets):
        for data in sheets:
            keras.backend.clear_session()
            self.begin_anew()
            self.exam(data)

    def prepare(self):
        if not self.ready:
            self.net.compile(optimizer="adam", loss="mse")
            self.ready = True

    def days(self, count):
        for _ in range(count):
            self.prepare()


class Pupil:
    def __init__(self, net: keras.Model):
        self.net = net

    def learn(self, data):
        self.net.compile(optimizer="adam", loss="mse")
        return self.net.fit(data)


def school(models, data):
    for model in models:
        pupil = Pupil(model)
        pupil.learn(data)


def once(data):
    network.compile(optimizer="adam", loss="mse")
    network.fit(data)


once(train_data)
