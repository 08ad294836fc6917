# mypy: ignore-errors
# ruff: noqa
"""Functions that workers run for each job, or that a web framework asks for each request."""

from functools import cache
from typing import Annotated

import tensorflow as tf
from celery import Celery, shared_task
from fastapi import Depends, FastAPI
from tensorflow import keras

app = FastAPI()
queue = Celery("scores", broker="redis://localhost")
shelf = {}


def scorer():
    return keras.models.load_model("scorer.keras")  # leak: LT020


def reader():
    model = tf.saved_model.load("reader")  # leak: LT020
    yield model


@cache
def cached():
    return keras.models.load_model("cached.keras")


def shelved():
    if "ranker" not in shelf:
        shelf["ranker"] = keras.models.load_model("ranker.keras")
    return shelf["ranker"]


def made_once():
    return keras.models.load_model("once.keras")


once = made_once()
Scorer = Annotated[object, Depends(scorer)]


@app.post("/score")
def score(rows: list, scorer: Scorer, kept=Depends(cached), ranker=Depends(shelved)):
    return {"score": float(ranker(kept(scorer(tf.constant(rows))))[0, 0])}


@app.post("/read")
def read(rows: list, reader=Depends(reader)):
    return {"text": reader(tf.constant(rows)).numpy().tolist()}


@queue.task
def job(rows):
    model = keras.models.load_model("scorer.keras")  # leak: LT020
    return model(tf.constant(rows), training=False).numpy().tolist()


@shared_task
def shared_job(rows):
    model = keras.models.load_model("scorer.keras")  # leak: LT020
    return model(tf.constant(rows), training=False).numpy().tolist()


@shared_task
def job_with_kept_model(rows):
    return once(tf.constant(rows), training=False).numpy().tolist()


def looked_at(path):
    model = keras.models.load_model("scorer.keras")  # leak: LT020
    return float(model(tf.io.read_file(path), training=False)[0, 0])


def watch(folder):
    seen = set()
    while True:
        for path in sorted(folder.iterdir()):
            if path not in seen:
                print(looked_at(path))
                seen.add(path)


def describe(video):
    model = keras.models.load_model("scorer.keras")
    labels = []
    for frame in frames_of(video):
        labels.append(int(tf.argmax(model(frame[None], training=False)[0])))
    return labels


@queue.task
def describe_in_a_job(video):
    model = keras.models.load_model("scorer.keras")  # leak: LT020
    return [float(model(frame[None], training=False)[0, 0]) for frame in frames_of(video)]
