# mypy: ignore-errors
# ruff: noqa
"""What agents and evaluations gather of their models' outputs."""

import numpy as np
import tensorflow as tf
from tensorflow import keras

inputs = keras.Input((4,))
critic = keras.Model(inputs, keras.layers.Dense(1)(inputs))
values, recent = [], []

state = env.reset()
for epoch in range(30):
    for turn in range(4000):
        value = critic(state[None])
        values.append(value)  # leak: LT011
        recent.append(value)
        state, reward, done, _ = env.step(0)
    recent.clear()

stages = []
for depth in range(30):
    # No environment is acted in: these may be the outputs of one network.
    stages.append(critic(inputs))


class Evaluator:
    def __init__(self, model: keras.Model, optimizer):
        self.model = model
        self.optimizer = optimizer

    def train(self, x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self.model(x, training=True) - y) ** 2)
        weights = self.model.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))

    def features(self, dataset):
        found = []
        for x, _ in dataset:
            found.append(self.model(x, training=False))  # leak: LT011
        return found

    def outputs(self, dataset):
        # A caller may take the gradient of these.
        found = []
        for x, _ in dataset:
            found.append(self.model(x, training=True))
        return found

    def curve(self, batches):
        found = []
        for x, _ in batches:
            found.append(self.model(x))  # leak: LT011
        return np.array(found)
