# mypy: ignore-errors
# ruff: noqa
"""Functions that callbacks of Keras are made of."""

import keras
from keras.callbacks import LambdaCallback

model = keras.models.load_model("net.keras")
copies = []
latest = {}


def keep(epoch, logs):
    copies.append(model.get_weights())  # leak: LT018
    latest["weights"] = model.get_weights()


def keep_first(logs):
    copies.append(model.get_weights())


def keep_now():
    copies.append(model.get_weights())


def fitted(net: keras.Model, rows, answers):
    seen = []

    def look(batch, logs):
        seen.append(net.predict(rows))  # leak: LT018

    net.fit(rows, answers, callbacks=[LambdaCallback(on_train_batch_end=look)])


keep_now()
kept = LambdaCallback(on_epoch_end=keep, on_train_begin=keep_first)
model.fit(rows, answers, callbacks=[kept])
