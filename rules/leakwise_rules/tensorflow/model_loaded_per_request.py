"""LT020 model-loaded-per-request."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Certainty, Condition
from leakwise.rule import (
    Applicability,
    Example,
    Finding,
    Fix,
    FixContext,
    GeneralSmell,
    Link,
    Negative,
    Practice,
    RelatedPlace,
    Report,
    RootCause,
    Rule,
    Severity,
)
from leakwise_rules.loaded_models import is_changed, loads, repeating_loop, runs_often


class ModelLoadedPerRequest(Rule):
    """A saved model is loaded again for each request or in each round of a loop.

    ## Why it leaks

    Older versions of TensorFlow and Keras keep the graph and the state of every model that is
    loaded, also when the session is cleared, so that a server grows with its requests. Every
    version reads and builds the same weights again, and holds them twice while it does.

    With Keras 3.15 sixty loads added 2.8 MiB, and no model stayed alive: there it costs time alone.

    ## Best practice

    Load a model once for each process, at the top of the file or in `__init__`, and use it for all
    requests. Or put the loading into a function that keeps its result (`functools.cache`).

    ## When it is not a leak

    A loader that is cached, or that asks first whether the model is there, loads once. A loop over
    several files loads each of them once. A loop that trains what it loads needs it fresh.
    """

    code = "LT020"
    name = "model-loaded-per-request"
    message = (
        "The same model is loaded again {turn}, which older versions never give back; load it once "
        "and reuse it."
    )
    severity = Severity.INFORMATION
    since = "0.1.0"
    root_cause = RootCause.REPEATED_CONSTRUCTION
    general_smell = GeneralSmell.CONSTRUCT_INSIDE_LOOP
    supersedes = ("LT001",)
    practices = (Practice("BP70", "Load a model once per process and reuse it for all requests."),)
    links = (
        Link(
            "load_model in a loop leaks, also with clear_session",
            "https://github.com/tensorflow/tensorflow/issues/27511",
        ),
        Link(
            "The same with Keras 1.2",
            "https://github.com/keras-team/keras/issues/6511",
        ),
        Link(
            "A graph that is loaded for each POST request",
            "https://github.com/tensorflow/tensorflow/issues/19969",
        ),
    )
    examples = (
        Example(
            bad="""
                import keras
                from flask import Flask, request

                app = Flask(__name__)

                @app.post("/score")
                def score():
                    model = keras.models.load_model("ranker.keras")  # leak
                    return {"score": float(model(parse(request))[0, 0])}
            """,
            good="""
                import keras
                from flask import Flask, request

                app = Flask(__name__)

                model = keras.models.load_model("ranker.keras")

                @app.post("/score")
                def score():
                    return {"score": float(model(parse(request))[0, 0])}
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import numpy as np
                from tensorflow.keras.models import load_model

                answers = []
                for batch in batches:
                    model = load_model("weights/final.h5")  # leak
                    answers.append(np.argmax(model.predict(batch), axis=-1))
            """,
            good="""
                import numpy as np
                from tensorflow.keras.models import load_model

                answers = []
                model = load_model("weights/final.h5")
                for batch in batches:
                    answers.append(np.argmax(model.predict(batch), axis=-1))
            """,
        ),
        Example(
            bad="""
                import tensorflow as tf

                class Detector:
                    def __init__(self, folder):
                        self.folder = folder

                    def detect(self, image):
                        model = tf.saved_model.load(self.folder)  # leak
                        return model(image)

                    def run(self, frames):
                        for frame in frames:
                            yield self.detect(frame)
            """,
            good="""
                import tensorflow as tf

                class Detector:
                    def __init__(self, folder):
                        self.model = tf.saved_model.load(folder)

                    def detect(self, image):
                        return self.model(image)

                    def run(self, frames):
                        for frame in frames:
                            yield self.detect(frame)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from tensorflow.keras.models import load_model

                class Forecaster:
                    def __init__(self, path):
                        self.path = path

                    def forecast(self, weather, path):
                        network = load_model(path)  # leak
                        return network.predict(weather)

                    def run(self, days):
                        found = []
                        for day in days:
                            found.append(self.forecast(day, self.path))
                        return found
            """,
            good="""
                from tensorflow.keras.models import load_model

                class Forecaster:
                    def __init__(self, path):
                        self.network = load_model(path)

                    def forecast(self, weather):
                        return self.network.predict(weather)

                    def run(self, days):
                        found = []
                        for day in days:
                            found.append(self.forecast(day))
                        return found
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from flask import Flask, request
                from tensorflow.keras.applications.vgg16 import VGG16, decode_predictions

                app = Flask(__name__)

                @app.post("/classify")
                def classify():
                    model = VGG16(weights="imagenet", input_shape=(224, 224, 3))  # leak
                    return str(decode_predictions(model.predict(pixels(request))))
            """,
            good="""
                from flask import Flask, request
                from tensorflow.keras.applications.vgg16 import VGG16, decode_predictions

                app = Flask(__name__)
                model = VGG16(weights="imagenet", input_shape=(224, 224, 3))

                @app.post("/classify")
                def classify():
                    return str(decode_predictions(model.predict(pixels(request))))
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import keras
                from fastapi import FastAPI

                app = FastAPI()

                def ranker():
                    return keras.models.load_model("ranker.keras")  # leak

                @app.post("/score")
                def score(row: list):
                    model = ranker()
                    return {"score": float(model(keras.ops.array([row]))[0, 0])}
            """,
            good="""
                import functools
                import keras
                from fastapi import FastAPI

                app = FastAPI()

                @functools.cache
                def ranker():
                    return keras.models.load_model("ranker.keras")

                @app.post("/score")
                def score(row: list):
                    model = ranker()
                    return {"score": float(model(keras.ops.array([row]))[0, 0])}
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="A function that is asked once keeps what the loader gives.",
            code="""
                import keras

                def ranker():
                    return keras.models.load_model("ranker.keras")

                class Service:
                    def __init__(self):
                        self.model = ranker()

                    def score(self, row):
                        return self.model(row)
            """,
        ),
        Negative(
            why="A network that another one is built upon is to be trained.",
            code="""
                import tensorflow as tf

                for rate in (0.1, 0.01):
                    base = tf.keras.applications.ResNet50(include_top=False, pooling="avg")
                    outputs = tf.keras.layers.Dense(5)(base.output)
                    model = tf.keras.Model(base.input, outputs)
                    model.compile(tf.keras.optimizers.Adam(rate), "mse")
                    model.fit(data)
            """,
        ),
        Negative(
            why="What an unknown decorator keeps is not known.",
            code="""
                import keras
                import streamlit as st

                @st.cache_resource
                def ranker():
                    model = keras.models.load_model("ranker.keras")
                    print(model.summary())

                for batch in batches:
                    ranker()
            """,
        ),
        Negative(
            why="The loader is cached.",
            code="""
                import functools
                import keras

                @functools.lru_cache(maxsize=1)
                def ranker():
                    return keras.models.load_model("ranker.keras")

                for batch in batches:
                    print(ranker().predict(batch))
            """,
        ),
        Negative(
            why="It is loaded on the first use alone.",
            code="""
                import keras

                class Ranker:
                    def __init__(self):
                        self.model = None

                    def rank(self, batches):
                        for batch in batches:
                            if self.model is None:
                                self.model = keras.models.load_model("ranker.keras")
                            yield self.model.predict(batch)
            """,
        ),
        Negative(
            why="Each file of an ensemble is loaded once.",
            code="""
                import tensorflow as tf

                def ensemble(paths, x):
                    total = 0.0
                    for path in paths:
                        total += tf.saved_model.load(path)(x).numpy()
                    return total / len(paths)
            """,
        ),
        Negative(
            why="Each fold trains the same first weights.",
            code="""
                import keras

                for train, valid in folds:
                    keras.backend.clear_session()
                    model = keras.models.load_model("start.keras")
                    model.fit(train)
                    print(model.evaluate(valid))
            """,
        ),
        Negative(
            why="The request names the model.",
            code="""
                import keras
                from fastapi import FastAPI

                app = FastAPI()

                @app.get("/describe/{name}")
                def describe(name: str):
                    return {"layers": len(keras.models.load_model(name).layers)}
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for load in loads(body):
            site = load.site
            if body.condition(site) is not Condition.ALWAYS:
                continue
            loop = repeating_loop(load) if site.loops else None
            per_call = not site.loops and runs_often(body, load)
            if (loop is None and not per_call) or is_changed(body, site):
                continue
            related = (
                [RelatedPlace(loop.place, "Each iteration of this loop loads it again.")]
                if loop
                else []
            )
            yield self.report(
                site.place,
                *related,
                certainty=Certainty.SURE if loop else Certainty.LIKELY,
                anchors={
                    "statement": (site.statement,) if site.bound_to else (),
                    "loop": (loop.place,) if loop else (),
                },
                turn="in every iteration" if loop else "whenever this function is called",
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        for loop in finding.anchors["loop"]:
            for statement in finding.anchors["statement"]:
                if edits := context.move_above(statement, loop):
                    yield Fix("Load the model above the loop", edits, Applicability.UNSAFE)
