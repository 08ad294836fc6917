# mypy: ignore-errors
# ruff: noqa
"""Parameters that nobody annotates: what is called on them tells of which class they are."""

import tensorflow as tf


class AutoEncoder(tf.keras.Model):
    def __init__(self, coder, decoder):
        super().__init__()
        self.coder, self.decoder = coder, decoder

    @tf.function
    def learn(self, rows, weight):
        with tf.GradientTape() as tape:
            loss = weight * tf.reduce_mean((self.decoder(self.coder(rows)) - rows) ** 2)
        slopes = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(slopes, self.trainable_variables))
        return loss


class Learner:
    @tf.function
    def take_turn(self, rows, turn):
        return rows * turn

    @tf.function
    def look_back(self, rows, turn):
        return rows / turn


def fit(auto_encoder, dataset, epochs):
    for epoch in range(epochs):
        weight = min(1.0, epoch / 50)
        for rows in dataset:
            auto_encoder.learn(rows, weight)  # leak: LT003


def play(whoever, rows, turns):
    for turn in range(turns):
        whoever.take_turn(rows, turn)  # leak: LT003
        whoever.look_back(rows, tf.constant(turn))


def one_method_is_not_enough(whoever, rows, turns):
    for turn in range(turns):
        whoever.take_turn(rows, turn)


def it_has_more_methods(learner, rows, turns):
    for turn in range(turns):
        learner.take_turn(rows, turn)
        learner.sleep(turn)
