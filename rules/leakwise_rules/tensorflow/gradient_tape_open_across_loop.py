"""LT012 gradient-tape-open-across-loop."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Entering, Kind, Loop
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
from leakwise_rules.batches import data_of
from leakwise_rules.wording import shown

_GRADIENTS = ("gradient", "jacobian", "batch_jacobian")
_FEW = 8


class GradientTapeOpenAcrossLoop(Rule):
    """One gradient tape records a whole loop over batches.

    ## Why it leaks

    A tape keeps the inputs and outputs of every operation that it records, until the gradient is
    taken. Round a loop over a data set it keeps the activations of all batches at once.

    Ten recorded iterations held 10.2 MiB and forty 40.2 MiB, where a tape for each iteration held
    none.

    ## Best practice

    Open a tape for each batch, take its gradient there, and add up the gradients rather than the
    recordings.

    ## When it is not a leak

    The time steps, layers or parts of one batch belong under one tape: their gradient needs them
    all. A loop that opens a tape of its own in each iteration, or takes the gradient there, lets
    the recordings go.
    """

    code = "LT012"
    name = "gradient-tape-open-across-loop"
    message = (
        "The tape records every iteration of the loop over `{data}` and keeps all of their "
        "activations; open one tape per batch."
    )
    severity = Severity.INFORMATION
    since = "0.1.0"
    root_cause = RootCause.RETAINED_HISTORY
    general_smell = GeneralSmell.UNBOUNDED_COLLECTION
    practices = (
        Practice(
            "BP62",
            "Open a tape per batch, take the gradient, and accumulate gradients rather than "
            "recordings.",
        ),
    )
    links = (
        Link(
            "TensorFlow: automatic differentiation, notes on performance",
            "https://www.tensorflow.org/guide/autodiff",
        ),
        Link(
            "An eager loop under a tape that ran out of memory",
            "https://github.com/tensorflow/tensorflow/issues/51354",
        ),
        Link(
            "Memory that keeps increasing with GradientTape",
            "https://github.com/tensorflow/tensorflow/issues/32276",
        ),
    )
    examples = (
        Example(
            bad="""
                import tensorflow as tf

                def train(model, dataset, loss_fn, optimizer):
                    with tf.GradientTape() as tape:  # leak
                        total = 0.0
                        for x, y in dataset:
                            total += loss_fn(y, model(x, training=True))
                    grads = tape.gradient(total, model.trainable_variables)
                    optimizer.apply_gradients(zip(grads, model.trainable_variables))
            """,
            good="""
                import tensorflow as tf

                def train(model, dataset, loss_fn, optimizer):
                    variables = model.trainable_variables
                    sums = [tf.Variable(tf.zeros_like(v), trainable=False) for v in variables]
                    for x, y in dataset:
                        with tf.GradientTape() as tape:
                            loss = loss_fn(y, model(x, training=True))
                        for s, g in zip(sums, tape.gradient(loss, variables)):
                            s.assign_add(g)
                    grads = [tf.convert_to_tensor(s) for s in sums]
                    optimizer.apply_gradients(zip(grads, variables))
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import keras
                import tensorflow as tf

                model = keras.Sequential([keras.layers.Dense(10)])
                ds = tf.data.Dataset.from_tensor_slices((x, y)).batch(32)
                with tf.GradientTape(persistent=True) as tape:  # leak
                    losses = []
                    for features, labels in ds:
                        losses.append(loss_fn(labels, model(features)))
                    loss = tf.add_n(losses)
                grads = tape.gradient(loss, model.trainable_weights)
            """,
            good="""
                import keras
                import tensorflow as tf

                model = keras.Sequential([keras.layers.Dense(10)])
                ds = tf.data.Dataset.from_tensor_slices((x, y)).batch(32)
                for features, labels in ds:
                    with tf.GradientTape() as tape:
                        loss = loss_fn(labels, model(features))
                    grads = tape.gradient(loss, model.trainable_weights)
                    optimizer.apply_gradients(zip(grads, model.trainable_weights))
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf
                import tf_keras

                class Evaluator:
                    def __init__(self, path):
                        self.model = tf_keras.models.load_model(path)

                    def scores(self, val_batches):
                        found = []
                        with tf.GradientTape():  # leak
                            for batch in val_batches:
                                found.append(float(tf.reduce_mean(self.model(batch))))
                        return found
            """,
            good="""
                import tensorflow as tf
                import tf_keras

                class Evaluator:
                    def __init__(self, path):
                        self.model = tf_keras.models.load_model(path)

                    def scores(self, val_batches):
                        found = []
                        for batch in val_batches:
                            found.append(float(tf.reduce_mean(self.model(batch))))
                        return found
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="The time steps of one batch need one tape.",
            code="""
                import tensorflow as tf

                def loss(cell, model, sequence, state):
                    with tf.GradientTape() as tape:
                        total = 0.0
                        for t in range(sequence.shape[1]):
                            out, state = cell(sequence[:, t], state)
                            total += tf.reduce_sum(model(out))
                    return tape.gradient(total, model.trainable_variables)
            """,
        ),
        Negative(
            why="Each batch has a tape of its own.",
            code="""
                import tensorflow as tf

                def train(model, dataset, optimizer):
                    for x, y in dataset:
                        with tf.GradientTape() as tape:
                            loss = tf.reduce_mean((model(x) - y) ** 2)
                        grads = tape.gradient(loss, model.trainable_variables)
                        optimizer.apply_gradients(zip(grads, model.trainable_variables))
            """,
        ),
        Negative(
            why="The loop takes gradients with tapes of its own.",
            code="""
                import tensorflow as tf

                def adapt(model, support_batches, query, optimizer):
                    with tf.GradientTape() as outer:
                        for x, y in support_batches:
                            with tf.GradientTape() as inner:
                                loss = tf.reduce_mean((model(x) - y) ** 2)
                            grads = inner.gradient(loss, model.trainable_variables)
                            optimizer.apply_gradients(zip(grads, model.trainable_variables))
                        total = tf.reduce_mean(model(query))
                    return outer.gradient(total, model.trainable_variables)
            """,
        ),
        Negative(
            why="The tape does not record meanwhile.",
            code="""
                import tensorflow as tf

                def penalty(model, dataset, x):
                    with tf.GradientTape() as tape:
                        y = model(x)
                        with tape.stop_recording():
                            scale = [float(tf.norm(model(other))) for other in dataset]
                            for other in dataset:
                                scale.append(float(tf.norm(model(other))))
                        loss = tf.reduce_mean(y) / max(scale)
                    return tape.gradient(loss, model.trainable_variables)
            """,
        ),
        Negative(
            why="The layers of one model are no data.",
            code="""
                import tensorflow as tf

                def features(model, image, weights):
                    with tf.GradientTape() as tape:
                        loss = tf.reduce_sum(model(image))
                        for layer, weight in zip(model.layers, weights):
                            loss += weight * tf.reduce_mean(layer(image))
                    return tape.gradient(loss, model.trainable_variables)
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.has_loops or not body.mentions("GradientTape"):
            return
        tapes = [one for one in body.entered if one.value.kind is Kind.TAPE]
        if not tapes or body.mentions("stop_recording"):
            return
        for tape in tapes:
            for looping in body.loops:
                loop = looping.loop
                data = data_of(loop, _FEW)
                if loop in tape.loops or not tape.body.contains(looping.place) or data is None:
                    continue
                call = _model_call(body, loop)
                if call is None or _lets_go(body, tapes, loop):
                    continue
                gradient = _gradient(body, tape)
                yield self.report(
                    tape.place,
                    RelatedPlace(loop.place, "Each iteration of this loop adds its activations."),
                    RelatedPlace(call.place, "The model is called here."),
                    *([RelatedPlace(gradient.place, "They are let go here.")] if gradient else []),
                    certainty=data[1].weaker(call.value.certainty),
                    data=shown(data[0], 24),
                )
                break


def _model_call(body: BodyFacts, loop: Loop) -> CallSite | None:
    """The first call of a model in a loop."""
    return next(
        (
            site
            for site in body.call_sites
            if loop in site.loops and site.value.kind is Kind.KERAS_MODEL
        ),
        None,
    )


def _lets_go(body: BodyFacts, tapes: list[Entering], loop: Loop) -> bool:
    """Whether a loop opens tapes of its own, or takes a gradient."""
    return any(loop in tape.loops for tape in tapes) or any(
        loop in site.loops for site in body.method_calls(*_GRADIENTS)
    )


def _gradient(body: BodyFacts, tape: Entering) -> CallSite | None:
    """Where the gradient is taken that a tape recorded for."""
    for site in body.method_calls(*_GRADIENTS):
        if site.receiver == tape.bound_to and not tape.body.contains(site.place):
            return site
    return None
