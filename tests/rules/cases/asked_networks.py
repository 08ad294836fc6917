# mypy: ignore-errors
# ruff: noqa
"""Methods that others ask again and again, by whatever names: what they build for each answer."""

import keras
import numpy as np
import tensorflow as tf
from fastapi import FastAPI
from flask_restful import Resource
from keras import backend as K
from mlflow.pyfunc import PythonModel

app = FastAPI()


class Lens:
    def __init__(self, path):
        self.network = keras.models.load_model(path)
        self.seen = {}

    def look(self, photo, depth):
        view = K.function([self.network.input], [self.network.layers[depth].output])  # leak: LT021
        return view([photo])[0]

    def both(self, photo, depth):
        part = keras.Model([self.network.input], [self.tops[depth]])  # leak: LT021
        return part(photo)[0]

    def remembered(self, photo, depth):
        if depth not in self.seen:
            self.seen[depth] = K.function([self.network.input], [self.network.layers[depth].output])
        return self.seen[depth]([photo])[0]

    def weigh(self, photo):
        @tf.function
        def pull(pixels):  # leak: LT005
            return tf.reduce_sum(self.network(pixels, training=False))

        return float(pull(tf.constant(photo)).numpy())

    def pipeline(self, folder, size):
        @tf.function
        def parsed(line):
            return tf.io.decode_csv(line, [[0.0]] * size)

        return tf.data.TextLineDataset(folder).map(parsed)

    def sweep(self, photos):
        @tf.function
        def pull(pixels):
            return tf.reduce_sum(self.network(pixels, training=False))

        return [float(pull(photo)) for photo in photos]

    def guess(self, photo):
        return self.network.predict(photo[None]).argmax()  # leak: LT002

    def calibrate(self):
        # Asked nothing: who calls it, and how often, is not known.
        return self.network.predict(np.zeros((1, 8, 8, 3))).max()


def boxes_of(raw, anchors):
    @tf.function(experimental_implements="nms")
    def fused(boxes, others):
        return tf.concat([boxes, others], 0)

    return fused(raw, anchors) + tf.constant(1.0)


class Head(keras.layers.Layer):
    def call(self, raw):
        # Traced, so that it seldom runs.
        return boxes_of(raw, self.anchors)


def corners_of(raw):
    @tf.function(experimental_implements="corners")
    def fused(boxes):
        return tf.concat([boxes, boxes], 0)

    return fused(raw) + tf.constant(1.0)


class Corners(keras.layers.Layer):
    def __call__(self, raw):
        return corners_of(raw)


class Scores(Resource):
    def post(self):
        ranker = keras.models.load_model("ranker.keras")  # leak: LT020
        return {"score": float(ranker(parse())[0, 0])}


class Served(PythonModel):
    def load_context(self, context):
        self.ranker = keras.models.load_model("ranker.keras")

    def predict(self, context, rows):
        ranker = keras.models.load_model("ranker.keras")  # leak: LT020
        return ranker(rows)


class Study:
    def report(self, folder):
        ranker = keras.models.load_model("ranker.keras")
        print(ranker.evaluate(read(folder)))


def main():
    Study().report("data")
    print(Checks().check(np.zeros((8, 8, 3))))


class Checks:
    def __init__(self):
        self.network = keras.models.load_model("ranker.keras")

    def check(self, photo):
        # The program asks once.
        return self.network.predict(photo[None]).max()


@app.post("/tags")
def tags(body: dict):
    with open("tagger.json") as text:
        tagger = keras.models.model_from_json(text.read())  # leak: LT020
    tagger.load_weights("tagger.weights.h5")
    return {"tags": tagger(body["rows"]).numpy().tolist()}


@app.post("/tags_of")
def tags_of(body: dict):
    tagger = keras.models.model_from_json(body["text"])
    tagger.load_weights(body["weights"])
    return {"tags": tagger(body["rows"]).numpy().tolist()}


@app.post("/classes")
def classes(body: dict):
    network = keras.applications.MobileNetV2()  # leak: LT020
    return network(body["rows"]).numpy().tolist()


@app.post("/new_classes")
def new_classes(body: dict):
    fresh = keras.applications.MobileNetV2(weights=None)
    return fresh(body["rows"]).numpy().tolist()


@app.post("/sized_classes")
def sized_classes(body: dict):
    sized = keras.applications.MobileNetV2(weights="imagenet", alpha=body["alpha"])
    return sized(body["rows"]).numpy().tolist()


@app.post("/kept_classes")
def kept_classes(body: dict):
    return published("mobile")(body["rows"]).numpy().tolist()


def published(name, known={}):
    if name not in known:
        known[name] = keras.applications.MobileNetV2(weights="imagenet")
    return known[name]


def scorer():
    return keras.models.load_model("scorer.keras")  # leak: LT020


@app.post("/scores")
def scores(body: dict):
    found = scorer()
    return {"scores": found(body["rows"]).numpy().tolist()}


def kept_scorer():
    return keras.models.load_model("scorer.keras")


@app.post("/kept_scores")
def kept_scores(body: dict):
    global known_scorer
    if known_scorer is None:
        known_scorer = kept_scorer()
    return {"scores": known_scorer(body["rows"]).numpy().tolist()}


reader = keras.models.load_model("reader.keras")
for page in pages:
    print(reader(page))
