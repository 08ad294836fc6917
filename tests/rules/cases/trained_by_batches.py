# mypy: ignore-errors
# ruff: noqa
"""Models that are known because they are trained by `train_on_batch`, which Keras' alone have."""

from tensorflow import keras


class Painters:
    def __init__(self, critic, both):
        self.critic, self.both = critic, both

    def step(self, pictures, noise):
        self.critic.trainable = True
        self.critic.compile("adam", "binary_crossentropy")  # leak: LT010
        self.critic.train_on_batch(pictures, 1)
        self.critic.trainable = False
        self.both.compile("adam", "binary_crossentropy")  # leak: LT010
        self.both.train_on_batch(noise, 1)


def paint(critic, both, batches):
    painters = Painters(critic, both)
    for pictures, noise in batches:
        painters.step(pictures, noise)


def in_turns(net: keras.Model, data, rounds):
    for _ in range(rounds):
        for rate in (0.1, 0.01, 0.001):
            net.compile(keras.optimizers.SGD(rate), "mse")  # leak: LT010
            net.fit(data)


def in_three(net: keras.Model, data):
    for rate in (0.1, 0.01, 0.001):
        net.compile(keras.optimizers.SGD(rate), "mse")
        net.fit(data)
