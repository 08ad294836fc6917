# mypy: ignore-errors
# ruff: noqa
"""Models that a function gives again, which keeps what it made."""

from functools import cache, lru_cache

import numpy as np
import streamlit
import tensorflow as tf
from fastapi import FastAPI

app = FastAPI()


@lru_cache(maxsize=1)
def ranker():
    return tf.keras.models.load_model("ranker.keras")


@cache
def grader():
    return tf.keras.models.load_model("grader.keras")


@streamlit.cache_resource
def drawn():
    return tf.keras.models.load_model("drawn.keras")


@app.post("/rank")
def rank(row: list[float]):
    return ranker().predict(np.array([row]))[0].tolist()  # leak: LT002


@app.post("/grade")
def grade(row: list[float]):
    model = grader()
    return model.predict(np.expand_dims(row, 0))[0].tolist()  # leak: LT002


@app.post("/rank_all")
def rank_all(rows: list[list[float]]):
    return ranker().predict(np.array(rows)).tolist()


@app.post("/draw")
def draw(row: list[float]):
    return drawn()(np.array([row])).numpy().tolist()


def tune(batches):
    for x, y in batches:
        ranker().fit(x, y, epochs=5)
        grader().train_on_batch(x, y)


LATER = None


def load():
    global LATER
    LATER = tf.keras.models.load_model("later.keras")


def prepared(row):
    values = np.asarray(row) / 255.0
    return np.expand_dims(values, axis=0)


@app.post("/later")
def later(row: list[float]):
    batch = prepared(row)
    return LATER.predict(batch).tolist()  # leak: LT002


@app.post("/sooner")
def sooner(rows: list[list[float]]):
    batch = np.vstack([prepared(row) for row in rows])
    return LATER.predict(batch).tolist()


SCORES, LATEST = [], {}


@app.post("/score")
def score(row: list[float]):
    scored = LATER(np.array([row]), training=False)
    SCORES.append(scored)  # leak: LT011
    LATEST["score"] = scored
    return float(scored[0, 0])


@app.post("/fit")
def fit(rows: list[list[float]]):
    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])  # leak: LT001
    model.compile("adam", "mse")
    model.fit(np.array(rows), np.array(rows)[:, 0])
    return model.to_json()


@app.post("/fit_alone")
def fit_alone(rows: list[list[float]]):
    tf.keras.backend.clear_session()
    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(np.array(rows), np.array(rows)[:, 0])
    return model.to_json()


class Warmer(tf.keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.model.compile("adam", "mse")  # leak: LT010

    def on_train_begin(self, logs=None):
        self.model.compile("adam", "mse")
