"""LT018 callback-accumulates-state."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Certainty, Keeping, Kind, Place, Rhythm, Value
from leakwise.facts.interpreter.keras_values import (
    GRADIENTS,
    MODEL_OUTPUT,
    PREDICTIONS,
    WEIGHTS,
)
from leakwise.rule import (
    Example,
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
from leakwise_rules.keepers import in_known_container
from leakwise_rules.wording import shown

_CALLBACKS = "keras.callbacks."
_OF_FUNCTIONS = "LambdaCallback"
_COPIES = (WEIGHTS, GRADIENTS, PREDICTIONS, MODEL_OUTPUT)


class CallbackAccumulatesState(Rule):
    """A Keras callback keeps weights, predictions or models of every batch or epoch.

    ## Why it leaks

    Keras calls a callback after every batch or epoch, and the callback lives as long as the
    training. What it appends to a list of its own stays there: weights, gradients and predictions
    are whole copies, each as large as the model or the data.

    A callback that appended weights of 1.2 MB after each of 30 epochs held 33 MiB more than the
    same training without it.

    ## Best practice

    Let a callback write large things to disk, with `save_weights` or a `ModelCheckpoint`, and keep
    only numbers or the latest value.

    ## When it is not a leak

    Losses and other numbers per epoch are small. One slot that is overwritten, a deque with a
    `maxlen`, and a list that the end of each epoch empties do not grow.
    """

    code = "LT018"
    name = "callback-accumulates-state"
    message = (
        "`{holder}` keeps `{value}` of every {turn} for as long as the training runs; "
        "write it to disk or keep the latest."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.UNBOUNDED_ACCUMULATION
    general_smell = GeneralSmell.UNBOUNDED_COLLECTION
    akin = ("LP017",)
    practices = (
        Practice(
            "BP68",
            "Let callbacks write large things to disk and keep only scalars or the latest value.",
        ),
    )
    links = (
        Link(
            "Keras: writing your own callbacks",
            "https://keras.io/guides/writing_your_own_callbacks/",
        ),
        Link(
            "A callback that predicts at each epoch's end, and grows",
            "https://github.com/rstudio/keras3/issues/1054",
        ),
        Link(
            "Single callbacks behind unbounded growth in fit",
            "https://github.com/tensorflow/tensorflow/issues/33030",
        ),
        Link(
            "The same smell in the other framework: a prediction callback",
            "https://github.com/sktime/pytorch-forecasting/pull/2228",
        ),
    )
    examples = (
        Example(
            bad="""
                import keras

                class Snapshots(keras.callbacks.Callback):
                    def __init__(self):
                        super().__init__()
                        self.weights = []

                    def on_train_batch_end(self, batch, logs=None):
                        self.weights.append(self.model.get_weights())  # leak
            """,
            good="""
                import keras

                class Snapshots(keras.callbacks.Callback):
                    def on_epoch_end(self, epoch, logs=None):
                        self.model.save_weights(f"epoch{epoch}.weights.h5")
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf

                class Predictions(tf.keras.callbacks.Callback):
                    def __init__(self, images):
                        super().__init__()
                        self.images = images
                        self.by_epoch = {}

                    def on_epoch_end(self, epoch, logs=None):
                        predicted = self.model.predict(self.images, verbose=0)
                        self.by_epoch[epoch] = predicted  # leak
            """,
            good="""
                import numpy as np
                import tensorflow as tf

                class Predictions(tf.keras.callbacks.Callback):
                    def __init__(self, images):
                        super().__init__()
                        self.images = images

                    def on_epoch_end(self, epoch, logs=None):
                        predicted = self.model.predict(self.images, verbose=0)
                        np.save(f"epoch{epoch}.npy", predicted)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from tf_keras.callbacks import ModelCheckpoint

                class Tracker(ModelCheckpoint):
                    history = []

                    def on_batch_end(self, batch, logs=None):
                        layer = self.model.layers[0]
                        self.history.append((batch, layer.get_weights()))  # leak

                    def on_epoch_end(self, epoch, logs=None):
                        self.history.append([w.copy() for w in self.model.get_weights()])  # leak
            """,
            good="""
                import numpy as np
                from tf_keras.callbacks import ModelCheckpoint

                class Tracker(ModelCheckpoint):
                    history = []

                    def on_batch_end(self, batch, logs=None):
                        layer = self.model.layers[0]
                        self.history.append((batch, float(np.mean(layer.get_weights()[0]))))
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from tensorflow import keras

                history, gaps = [], {}
                net = keras.Sequential([keras.layers.Dense(1)])
                keep = keras.callbacks.LambdaCallback(
                    on_epoch_end=lambda epoch, logs: history.append(net.get_weights()),  # leak
                    on_batch_end=lambda batch, logs: gaps.update({batch: logs["loss"]}),
                    on_train_end=lambda logs: history.append(net.get_weights()),
                )
            """,
            good="""
                from tensorflow import keras

                net = keras.Sequential([keras.layers.Dense(1)])
                keep = keras.callbacks.LambdaCallback(
                    on_epoch_end=lambda epoch, logs: net.save_weights(f"{epoch}.weights.h5")
                )
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import numpy as np
                from tensorflow import keras

                class Average(keras.callbacks.Callback):
                    def __init__(self):
                        super().__init__()
                        self.kept, self.norms = [], []
                        self.joined = np.empty((0, 10))

                    def on_epoch_end(self, epoch, logs=None):
                        self.kept.append([np.copy(w) for w in self.model.get_weights()])  # leak
                        self.kept.append([v.numpy() for v in self.model.weights])  # leak
                        outputs = self.model.predict(self.params["x"])
                        self.joined = np.concatenate([self.joined, outputs])  # leak
                        self.norms.append([np.linalg.norm(v) for v in self.model.weights])
                        self.norms.append([v.shape for v in self.model.weights])
            """,
            good="""
                from tensorflow import keras

                class Average(keras.callbacks.Callback):
                    def on_epoch_end(self, epoch, logs=None):
                        self.latest = [v.numpy() for v in self.model.weights]
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="Numbers per epoch are small.",
            code="""
                import keras

                class History(keras.callbacks.Callback):
                    def __init__(self, x, y):
                        super().__init__()
                        self.losses, self.scores, self.means = [], [], []
                        self.x, self.y = x, y

                    def on_epoch_end(self, epoch, logs=None):
                        self.losses.append(logs["loss"])
                        self.scores.append(self.model.evaluate(self.x, self.y))
                        self.means.append(self.model.predict(self.x).mean())
            """,
        ),
        Negative(
            why="The latest takes the place of the one before.",
            code="""
                import collections
                import keras

                class Best(keras.callbacks.Callback):
                    def __init__(self):
                        super().__init__()
                        self.last = collections.deque(maxlen=2)
                        self.best = {}

                    def on_epoch_end(self, epoch, logs=None):
                        self.weights = self.model.get_weights()
                        self.best["weights"] = self.model.get_weights()
                        self.last.append(self.model.get_weights())
            """,
        ),
        Negative(
            why="The end of the epoch empties the list.",
            code="""
                import keras

                class Averages(keras.callbacks.Callback):
                    def __init__(self):
                        super().__init__()
                        self.recent = []

                    def on_train_batch_end(self, batch, logs=None):
                        self.recent.append(self.model.get_weights())

                    def on_epoch_end(self, epoch, logs=None):
                        self.report(self.recent)
                        self.recent.clear()
            """,
        ),
        Negative(
            why="The training begins with one copy.",
            code="""
                import keras

                class Reset(keras.callbacks.Callback):
                    def __init__(self):
                        super().__init__()
                        self.starts = []

                    def on_train_begin(self, logs=None):
                        self.starts.append(self.model.get_weights())
            """,
        ),
        Negative(
            why="No callback of Keras calls it after every batch.",
            code="""
                import keras

                class Population:
                    def __init__(self, model: keras.Model):
                        self.model = model
                        self.members = []

                    def on_epoch_end(self, epoch):
                        self.members.append(self.model.get_weights())
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for keeping, rhythm, place in _kept(body):
            certainty = _large(keeping.stored)
            class_ = body.class_
            owners = () if class_ is None else (body.instance_name, class_.definition.name)
            own = class_ is None or keeping.holder.partition(".")[0] in owners
            if certainty is None or not own:
                continue
            holder = body.holder(keeping)
            if holder is None or holder.bounded_in_one_training or not in_known_container(keeping):
                continue
            step = rhythm is Rhythm.STEP
            made = [one for one in (keeping.stored.origin,) if one not in (None, keeping.place)]
            yield self.report(
                keeping.place,
                *(RelatedPlace(one, "It is made here.") for one in made if one is not None),
                RelatedPlace(
                    place,
                    f"Keras calls this after every {'batch' if step else 'epoch'}.",
                ),
                certainty=certainty,
                severity=None if step else Severity.INFORMATION,
                holder=shown(keeping.holder, 24),
                value=shown(keeping.stored_text),
                turn="batch" if step else "epoch",
            )


def _kept(body: BodyFacts) -> Iterator[tuple[Keeping, Rhythm, Place]]:
    """What a callback keeps, how often Keras calls what keeps it, and where that stands."""
    if body.file_mentions(_OF_FUNCTIONS):
        for one in body.kept_by_lambdas:
            if one.rhythm >= Rhythm.EPOCH:
                yield one.keeping, one.rhythm, one.place
    if _is_callback(body) and body.rhythm >= Rhythm.EPOCH:
        for keeping in body.keepings:
            yield keeping, body.rhythm, body.place


def _is_callback(body: BodyFacts) -> bool:
    """Whether it is a method of a callback of Keras, or a function that one is made of."""
    if body.class_ is not None:
        return body.class_.derives_under(_CALLBACKS)
    return body.file_mentions(_OF_FUNCTIONS) and body.handed_to(_OF_FUNCTIONS)


def _large(stored: Value) -> Certainty | None:
    """How sure it is that something is as large as a model or its outputs; None where nothing tells
    that it is."""
    parts = (*(stored.items or ()), *(one for _, one in stored.fields or ()), stored.element)
    for part in (stored, *parts):
        if part is None:
            continue
        if part.kind is Kind.KERAS_MODEL or part.name in _COPIES:
            return part.certainty
    return None
