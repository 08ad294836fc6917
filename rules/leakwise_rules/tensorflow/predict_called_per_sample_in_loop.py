"""LT002 predict-called-per-sample-in-loop."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Certainty, Condition, Kind, Loop, Rhythm
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
from leakwise_rules.batches import is_of_step
from leakwise_rules.evaluation import is_unit_test
from leakwise_rules.wording import shown

_FEW = 3
_AGAIN = "Each iteration of this loop calls it again."
_ONLY_PREDICT = ("verbose", "batch_size", "steps", "workers", "use_multiprocessing")


class PredictCalledPerSampleInLoop(Rule):
    """`predict` of a Keras model is called for one sample at a time, again and again.

    ## Why it leaks

    `predict` is made for whole data sets: each call makes a data adapter, a data set and callbacks.
    Host memory grows slowly with the calls, and did so fast in TensorFlow 2.0 to 2.5.

    With TensorFlow 2.21 and Keras 3.15, 200 calls added 1.0 MiB and 400 calls 1.9 MiB. Calling the
    model itself added nothing and was 17 times as fast.

    ## Best practice

    Call the model itself for one sample or batch: `model(x, training=False)`, or
    `predict_on_batch`. Gather many samples, and call `predict` once for all of them.

    ## When it is not a leak

    `predict` for a whole array or data set, outside of a loop, is what it is for. One call for each
    fold or model of a comparison stays small. Where nothing tells that a call is for one sample,
    or for the batch of one training step, this rule says nothing.
    """

    code = "LT002"
    name = "predict-called-per-sample-in-loop"
    message = (
        "`{model}.predict` runs for one {asked} in every {turn}, and each call keeps a little "
        "memory; call the model itself."
    )
    severity = Severity.INFORMATION
    since = "0.1.0"
    root_cause = RootCause.REPEATED_CONSTRUCTION
    general_smell = GeneralSmell.CONSTRUCT_INSIDE_LOOP
    practices = (
        Practice(
            "BP51",
            "Call the model itself (or `predict_on_batch`) for single batches; keep `predict` for "
            "whole data sets.",
        ),
    )
    links = (
        Link(
            "Keras: Model.predict, which is not for loops over small inputs",
            "https://www.tensorflow.org/api_docs/python/tf/keras/Model#predict",
        ),
        Link(
            "A TensorFlow developer on predict in loops",
            "https://github.com/tensorflow/tensorflow/issues/44711",
        ),
        Link(
            "A leak for each call that goes with `model(x)`",
            "https://github.com/tensorflow/tensorflow/issues/33030",
        ),
        Link("A merged fix, in DeepLC", "https://github.com/CompOmics/DeepLC/pull/60"),
    )
    examples = (
        Example(
            bad="""
                import tensorflow as tf

                def act(model: tf.keras.Model, obs):
                    q = model.predict(obs[None, :], verbose=0)  # leak
                    return int(q.argmax())

                model = tf.keras.models.load_model("agent.keras")
                obs = env.reset()
                for _ in range(100_000):
                    obs = env.step(act(model, obs))
            """,
            good="""
                import tensorflow as tf

                def act(model: tf.keras.Model, obs):
                    q = model(obs[None, :], training=False).numpy()
                    return int(q.argmax())

                model = tf.keras.models.load_model("agent.keras")
                obs = env.reset()
                for _ in range(100_000):
                    obs = env.step(act(model, obs))
            """,
        ),
        Example(
            bad="""
                import numpy as np
                from tensorflow import keras

                model = keras.models.load_model("digits.keras")
                labels = []
                for image in images:
                    batch = np.expand_dims(image, axis=0)
                    labels.append(model.predict(batch).argmax())  # leak
            """,
            good="""
                import numpy as np
                from tensorflow import keras

                model = keras.models.load_model("digits.keras")
                labels = []
                for image in images:
                    batch = np.expand_dims(image, axis=0)
                    labels.append(model(batch, training=False).numpy().argmax())
            """,
        ),
        Example(
            bad="""
                import keras
                import numpy as np
                from flask import Flask, request

                app = Flask(__name__)
                model = keras.models.load_model("ranker.keras")

                @app.post("/score")
                def score():
                    row = np.array([request.json["row"]])
                    return {"score": float(model.predict(row)[0, 0])}  # leak
            """,
            good="""
                import keras
                import numpy as np
                from flask import Flask, request

                app = Flask(__name__)
                model = keras.models.load_model("ranker.keras")

                @app.post("/score")
                def score():
                    row = np.array([request.json["row"]])
                    return {"score": float(model(row, training=False).numpy()[0, 0])}
            """,
        ),
        Example(
            bad="""
                import keras

                class Agent:
                    def __init__(self, size):
                        self.model = keras.Sequential([keras.layers.Dense(size)])

                    def play(self, env, steps):
                        state = env.reset()
                        for _ in range(steps):
                            values = self.model.predict(state.reshape(1, -1), verbose=0)  # leak
                            state = env.step(values[0].argmax())
            """,
            good="""
                import keras

                class Agent:
                    def __init__(self, size):
                        self.model = keras.Sequential([keras.layers.Dense(size)])

                    def play(self, env, steps):
                        state = env.reset()
                        for _ in range(steps):
                            values = self.model(state.reshape(1, -1), training=False).numpy()
                            state = env.step(values[0].argmax())
            """,
        ),
        Example(
            bad="""
                import numpy as np
                from keras import layers, models

                class Trader:
                    def __init__(self, features, orders):
                        self.features, self.orders = features, orders
                        self.brain = self.make_brain()

                    def make_brain(self):
                        brain = models.Sequential()
                        brain.add(layers.Dense(32, input_dim=self.features))
                        brain.add(layers.Dense(self.orders))
                        brain.compile(loss="mse", optimizer="adam")
                        return brain

                    def choose_action(self, market):
                        gains = self.brain.predict(market)  # leak
                        return np.argmax(gains[0])
            """,
            good="""
                import numpy as np
                from keras import layers, models

                class Trader:
                    def __init__(self, features, orders):
                        self.features, self.orders = features, orders
                        self.brain = self.make_brain()

                    def make_brain(self):
                        brain = models.Sequential()
                        brain.add(layers.Dense(32, input_dim=self.features))
                        brain.add(layers.Dense(self.orders))
                        brain.compile(loss="mse", optimizer="adam")
                        return brain

                    def choose_action(self, market):
                        gains = self.brain(market, training=False).numpy()
                        return np.argmax(gains[0])
            """,
        ),
    )
    negatives = (
        Negative(
            why="Only a single text is put into a list; a list may be given too.",
            code="""
                import keras

                class Embedder(keras.Model):
                    def embed(self, text):
                        text = [text] if isinstance(text, str) else text
                        return self.predict(text)
            """,
        ),
        Negative(
            why="What it measures is kept for the next call.",
            code="""
                import keras

                class Segmenter:
                    def __init__(self, model: keras.Model):
                        self.model = model
                        self.reach = None

                    def measure(self, side):
                        return self.model.predict(blank(side)[None])[0].sum()

                    def predict(self, image):
                        if self.reach is None:
                            self.reach = self.measure(image.shape[0])
                        return tiles(image, self.reach)
            """,
        ),
        Negative(
            why="A whole batch is asked about, and its first answers are shown.",
            code="""
                import keras
                import numpy as np

                class Reviewer:
                    def __init__(self, width):
                        self.width = width
                        self.net = self._make()

                    def _make(self):
                        return keras.Sequential([keras.layers.Dense(self.width)])

                    def predict(self, reviews):
                        grades = self.net.predict(reviews)
                        print(grades[0])
                        return np.argmax(grades, axis=1)
            """,
        ),
        Negative(
            why="A whole array is predicted at once.",
            code="""
                import keras

                model = keras.models.load_model("digits.keras")
                labels = model.predict(images).argmax(axis=-1)
            """,
        ),
        Negative(
            why="One call for each model of a comparison, with all of the data.",
            code="""
                import keras

                def compare(models: list[keras.Model], x):
                    return [model.predict(x) for model in models]
            """,
        ),
        Negative(
            why="The models of other libraries are made for it.",
            code="""
                import numpy as np
                import tensorflow as tf
                from sklearn.linear_model import LinearRegression

                model = LinearRegression().fit(x, y)
                for row in rows:
                    print(model.predict(row[None, :]))
            """,
        ),
        Negative(
            why="The model itself is called, or `predict_on_batch`.",
            code="""
                import keras

                model = keras.models.load_model("digits.keras")
                for image in images:
                    print(model(image[None]), model.predict_on_batch(image[None]))
            """,
        ),
        Negative(
            why="One sample is predicted once.",
            code="""
                import keras

                model = keras.models.load_model("digits.keras")
                print(model.predict(image[None]))
            """,
        ),
        Negative(
            why="How large the batches are is not known.",
            code="""
                import keras

                def score(model: keras.Model, blocks):
                    for block in blocks:
                        yield model.predict(block)
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for site in () if is_unit_test(body) else body.method_calls("predict"):
            model, given = site.receiver_value, site.argument("x", 0)
            if model.kind is not Kind.KERAS_MODEL or site.value.definition is not None:
                continue
            if given is None or (site.receiver is None and site.loops):
                # Which of several models is asked in each round is not known.
                continue
            loop = _repeating_loop(site)
            often = body.asked_again and body.rhythm is not Rhythm.EPOCH
            same = [one for one in site.loops if one not in site.renewed_in]
            if loop is None and (same or not often or _is_made_here(body, site)):
                continue
            condition, single = body.condition(site), body.is_single(site, given)
            of_step = condition is Condition.ALWAYS and is_of_step(body, site)
            if condition is Condition.ONCE or not (single or of_step):
                continue
            certainty = model.certainty if loop else model.certainty.weaker(Certainty.LIKELY)
            simple = all(one.keyword in _ONLY_PREDICT for one in site.arguments[1:])
            receiver = site.receiver or site.callee.rpartition(".")[0]
            yield self.report(
                site.place,
                *(RelatedPlace(one.place, _AGAIN) for one in (loop,) if one),
                certainty=certainty,
                anchors={"call": (site.place, given.place) if simple and site.receiver else ()},
                notes={"model": receiver},
                model=shown(receiver, 20),
                asked="sample" if single else "batch",
                turn="iteration" if loop else "call",
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        if not finding.anchors["call"]:
            return
        call, sample = (context.document.slice(one) for one in finding.anchors["call"])
        new = f"{finding.notes['model']}({sample}, training=False).numpy()"
        if edits := context.replace(finding.anchors["call"][0], call, new):
            yield Fix("Call the model itself", edits, Applicability.UNSAFE)


def _is_made_here(body: BodyFacts, site: CallSite) -> bool:
    """Whether each call asks a model that it makes for itself."""
    return any(made.target == site.receiver for made in body.constructions)


def _repeating_loop(site: CallSite) -> Loop | None:
    """The innermost loop of more than a few rounds that asks the same model again."""
    for loop in reversed(site.loops):
        if loop not in site.renewed_in and (loop.trips is None or loop.trips > _FEW):
            return loop
    return None
