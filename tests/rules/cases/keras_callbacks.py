# mypy: ignore-errors
# ruff: noqa
"""What callbacks of Keras keep and build, under whatever name and key."""

import numpy as np
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras.callbacks import Callback
from tensorflow.keras.models import Model


class Shared(Callback):
    log = []

    def __init__(self, x):
        super().__init__()
        self.x = x

    def on_epoch_end(self, epoch, logs=None):
        Shared.log.append(self.model.predict(self.x))  # leak: LT018


class ByName(Callback):
    def __init__(self, x):
        super().__init__()
        self.x = x
        self.outputs, self.recent = {}, {}

    def on_epoch_end(self, epoch, logs=None):
        self.outputs["epoch %d" % epoch] = self.model.predict(self.x)  # leak: LT018
        self.recent[epoch % 3] = self.model.predict(self.x)


class Inside(Callback):
    def __init__(self, x):
        super().__init__()
        self.x = x

    def on_epoch_end(self, epoch, logs=None):
        made = Model(self.model.input, self.model.layers[1].output).predict(self.x)  # leak: LT021
        np.save(f"{epoch}.npy", made)


class Gradients(Callback):
    def __init__(self, x):
        super().__init__()
        self.x, self.kept, self.norms = x, [], []

    def on_epoch_end(self, epoch, logs=None):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self.model(self.x))
        found = tape.gradient(loss, self.model.trainable_variables)
        self.kept.append([one.numpy() for one in found])  # leak: LT018
        self.norms.append([float(tf.norm(one)) for one in found])


def of_all_layers(model, xs):
    for x in xs:
        for layer in model.layers:
            print(K.function([model.input], [layer.output])([x]))  # leak: LT021
    for layer in model.layers:
        part = K.function([model.input], [layer.output])
        print([part([x]) for x in xs])


class Path(Callback):
    def __init__(self):
        super().__init__()
        self.points, self.lengths = [], []

    def on_train_batch_end(self, batch, logs=None):
        flat = [one.numpy().ravel() for one in self.model.trainable_weights]
        self.points.append(np.concatenate(flat))  # leak: LT018
        self.lengths.append(np.linalg.norm(np.concatenate(flat)))


class Errors:
    def __init__(self, model: tf.keras.Model):
        self.model = model
        self.left = []

    def update(self, x, y):
        self.left.append(self.model(x) - y)  # leak: LT011

    def fit(self, stream):
        for x, y in stream:
            self.update(x, y)
