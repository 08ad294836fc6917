"""LT011 eager-tensors-hoarded."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Certainty, Keeping, Kind, Life, Loop, Value
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
from leakwise_rules.batches import data_of
from leakwise_rules.graphs import outlived_loops
from leakwise_rules.keepers import in_known_container
from leakwise_rules.wording import shown

_FEW = 8


class EagerTensorsHoarded(Rule):
    """The outputs of a model are gathered as tensors, in the accelerator's memory.

    ## Why it leaks

    An eager tensor lies where it was computed. A list of a model's outputs fills the memory of the
    GPU with the results of the whole data set, though nothing computes with them there before the
    loop is over.

    The growth is that of the results: 50 kept outputs of 1 MiB each held 53 MiB, 50 numbers
    0.3 MiB. No graph is kept, and so this is a hint.

    ## Best practice

    Copy the results of each batch to the host with `.numpy()` or `float()` before they are
    gathered. For running averages use a metric such as `keras.metrics.Mean`.

    ## When it is not a leak

    `predict`, `evaluate` and `train_on_batch` give arrays and numbers. Outputs of the inputs of one
    model that is being built are symbolic. What a gradient still has to go through must stay a
    tensor. A list that each epoch begins anew holds one epoch.
    """

    code = "LT011"
    name = "eager-tensors-hoarded"
    message = (
        "`{holder}` gathers `{value}` of every iteration in the accelerator's memory; "
        "copy it with `.numpy()` first."
    )
    severity = Severity.HINT
    since = "0.1.0"
    root_cause = RootCause.UNBOUNDED_ACCUMULATION
    general_smell = GeneralSmell.UNBOUNDED_COLLECTION
    akin = ("LP002", "LP021")
    practices = (
        Practice(
            "BP61",
            "Copy results to host with `.numpy()` or `float()` before you keep them; use a Metric "
            "for running statistics.",
        ),
    )
    links = (
        Link(
            "Appended predictions that make GPU memory rise",
            "https://github.com/tensorflow/tensorflow/issues/34606",
        ),
        Link(
            "An eager loop whose tensors live on",
            "https://github.com/tensorflow/tensorflow/issues/51354",
        ),
        Link("Keras: metrics", "https://keras.io/api/metrics/"),
    )
    examples = (
        Example(
            bad="""
                import keras

                model = keras.models.load_model("net.keras")
                outputs = []
                for x, _ in test_ds:
                    outputs.append(model(x, training=False))  # leak
            """,
            good="""
                import keras

                model = keras.models.load_model("net.keras")
                outputs = []
                for x, _ in test_ds:
                    outputs.append(model(x, training=False).numpy())
            """,
        ),
        Example(
            bad="""
                import tensorflow as tf

                def embed(encoder: tf.keras.Model, dataset: tf.data.Dataset):
                    vectors = {}
                    for name, image in dataset:
                        vector = tf.math.l2_normalize(encoder(image), axis=-1)
                        vectors[name.numpy()] = vector  # leak
                    return vectors
            """,
            good="""
                import tensorflow as tf

                def embed(encoder: tf.keras.Model, dataset: tf.data.Dataset):
                    vectors = {}
                    for name, image in dataset:
                        vector = tf.math.l2_normalize(encoder(image), axis=-1)
                        vectors[name.numpy()] = vector.numpy()
                    return vectors
            """,
        ),
        Example(
            bad="""
                import tensorflow as tf

                class Trainer:
                    def __init__(self, model: tf.keras.Model, optimizer):
                        self.model = model
                        self.optimizer = optimizer
                        self.history = []

                    @tf.function
                    def step(self, x, y):
                        with tf.GradientTape() as tape:
                            loss = tf.reduce_mean((self.model(x) - y) ** 2)
                        weights = self.model.trainable_variables
                        grads = tape.gradient(loss, weights)
                        self.optimizer.apply_gradients(zip(grads, weights))
                        return loss

                    def fit(self, batches):
                        for x, y in batches:
                            self.history.append(self.step(x, y))  # leak
            """,
            good="""
                import tensorflow as tf

                class Trainer:
                    def __init__(self, model: tf.keras.Model, optimizer):
                        self.model = model
                        self.optimizer = optimizer
                        self.history = []

                    @tf.function
                    def step(self, x, y):
                        with tf.GradientTape() as tape:
                            loss = tf.reduce_mean((self.model(x) - y) ** 2)
                        weights = self.model.trainable_variables
                        grads = tape.gradient(loss, weights)
                        self.optimizer.apply_gradients(zip(grads, weights))
                        return loss

                    def fit(self, batches):
                        for x, y in batches:
                            self.history.append(self.step(x, y).numpy())
            """,
        ),
    )
    negatives = (
        Negative(
            why="Arrays and numbers lie on the host.",
            code="""
                import keras

                model = keras.models.load_model("net.keras")
                outputs, losses = [], []
                for x, y in batches:
                    outputs.append(model.predict_on_batch(x))
                    losses.append(float(keras.ops.mean(model(x))))
                    losses.append(model.train_on_batch(x, y))
            """,
        ),
        Negative(
            why="A model with several inputs is built.",
            code="""
                import keras

                base = keras.Sequential([keras.layers.Dense(8)])
                inputs = [keras.Input((4,)) for _ in range(20)]
                outputs = []
                for one in inputs:
                    outputs.append(base(one))
                model = keras.Model(inputs, keras.layers.add(outputs))
            """,
        ),
        Negative(
            why="The gradient goes through all of them.",
            code="""
                import tensorflow as tf

                def step(model: tf.keras.Model, parts, optimizer):
                    with tf.GradientTape() as tape:
                        losses = []
                        for x in parts:
                            losses.append(tf.reduce_mean(model(x)))
                        loss = tf.add_n(losses)
                    return tape.gradient(loss, model.trainable_variables)
            """,
        ),
        Negative(
            why="Each epoch begins a new list.",
            code="""
                import tensorflow as tf

                def train(model: tf.keras.Model, dataset, epochs):
                    for epoch in range(epochs):
                        losses = []
                        for x in dataset:
                            losses.append(tf.reduce_mean(model(x)))
                        print(epoch, float(tf.add_n(losses)))
            """,
        ),
        Negative(
            why="The function is traced: its tensors are symbolic.",
            code="""
                import tensorflow as tf

                @tf.function
                def roll(model: tf.keras.Model, batches):
                    outputs = []
                    for x in batches:
                        outputs.append(model(x))
                    return outputs
            """,
        ),
        Negative(
            why="A few outputs stay a few.",
            code="""
                import keras

                model = keras.models.load_model("net.keras")
                outputs = []
                for x in (first, second, third):
                    outputs.append(model(x))
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        own = body.instance_name is not None and body.seems_asked_again
        in_answers = own or body.answers_requests
        if not (body.may_gather and (body.has_loops or in_answers)):
            return
        if not body.keepings or body.builds_graphs or body.is_traced:
            return
        for keeping in body.keepings:
            stored = keeping.stored
            if stored.kind is not Kind.TF_TENSOR or keeping.through:
                continue
            loop = _data_loop(body, keeping)
            holder = body.holder(keeping)
            call = _model_call(body, stored)
            if loop is None and not _in_each_answer(body, keeping):
                continue
            if holder is None or holder.bounded or call is None:
                continue
            if _is_computed_with(body, keeping) or not in_known_container(keeping):
                continue
            whole = stored.origin == call.place and call.value.kind is Kind.KERAS_MODEL
            yield self.report(
                keeping.place,
                RelatedPlace(call.place, "The tensor is made here."),
                RelatedPlace(
                    loop.place if loop else body.place,
                    f"Each {'iteration of this loop' if loop else 'call'} adds one more.",
                ),
                certainty=_certainty(body, keeping, call),
                severity=Severity.INFORMATION if whole else None,
                anchors={"tensor": (keeping.place,)},
                holder=shown(keeping.holder, 24),
                value=shown(keeping.stored_text),
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        if edits := context.call_method(finding.anchors["tensor"], "numpy"):
            yield Fix("Keep a copy on the host: `.numpy()`", edits, Applicability.UNSAFE)


def _data_loop(body: BodyFacts, keeping: Keeping) -> Loop | None:
    """The innermost loop round it, where that goes through data or the steps of an environment, and
    the holder outlives all of the loops: not a list for each epoch."""
    loops = keeping.loops
    if not loops or outlived_loops(keeping) != loops:
        return None
    is_of_data = data_of(loops[-1], _FEW) is not None or _steps_environment(body, loops[-1])
    return loops[-1] if is_of_data else None


def _steps_environment(body: BodyFacts, loop: Loop) -> bool:
    """Whether a loop of many rounds stands beside steps in an environment, as that is named:
    https://gymnasium.farama.org/api/env/#gymnasium.Env.step."""
    return (loop.trips is None or loop.trips > _FEW) and any(
        "env" in path.rpartition(".")[2].lower() for path in body.asked_for(("step",))
    )


def _in_each_answer(body: BodyFacts, keeping: Keeping) -> bool:
    """Whether a method that is asked again and again adds to what its object holds."""
    if keeping.loops or body.is_keras_step or keeping.how == "item":
        return False
    if body.answers_requests:
        holder = body.holder(keeping)
        return holder is not None and holder.life > Life.CALL
    if body.instance_name is None or not keeping.holder.startswith(f"{body.instance_name}."):
        return False
    class_ = body.class_
    return body.asked_again and class_ is not None and not class_.derives_under("keras.callbacks.")


_CALLED = frozenset({Kind.KERAS_MODEL, Kind.KERAS_LAYER, Kind.METRIC})


def _model_call(body: BodyFacts, stored: Value) -> CallSite | None:
    """The call of a model, or of a function of this file, that gave what is stored."""
    for site in body.call_sites:
        gives = site.value.kind in _CALLED or site.value.definition is not None
        # `keras.Input` stands for what a network that is being built will be given.
        symbolic = any(one.value.kind is Kind.KERAS_LAYER for one in site.arguments)
        if gives and not symbolic and (site.place == stored.origin or site.place in stored.sources):
            return site
    return None


def _is_computed_with(body: BodyFacts, keeping: Keeping) -> bool:
    """Whether a gradient goes through it, or operations of TensorFlow take the whole collection, or
    code does that may compute with it: functions and methods that no import tells."""
    recorded = any(
        one.value.kind is Kind.TAPE and one.body.contains(keeping.place) for one in body.entered
    )
    return recorded or any(
        given.path == keeping.holder
        for site in body.call_sites
        if site.value.kind is not Kind.QUALIFIED or site.result.kind is Kind.TF_TENSOR
        for given in site.arguments
    )


def _certainty(body: BodyFacts, keeping: Keeping, call: CallSite) -> Certainty:
    """Likely, unless a caller may take the gradient of what is gathered here."""
    returns = body.result.returns
    given = body.returned(frozenset({keeping.holder})) and (
        # No gradient goes through an array of numpy.
        returns is None or returns.kind is not Kind.ARRAY
    )
    training = call.argument("training")
    evaluates = training is not None and training.value.constant is False
    if given and not evaluates and body.file_mentions("GradientTape"):
        return Certainty.POSSIBLE
    return keeping.stored.certainty.weaker(Certainty.LIKELY)
