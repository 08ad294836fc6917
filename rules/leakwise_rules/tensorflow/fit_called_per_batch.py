"""LT024 fit-called-per-batch."""

from collections.abc import Iterator

from leakwise.facts import (
    Argument,
    BodyFacts,
    CallSite,
    Certainty,
    Condition,
    Kind,
    Loop,
    Place,
    Rhythm,
)
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
from leakwise_rules.batches import data_of, is_one_epoch
from leakwise_rules.wording import shown

_ROUND_ENDS = ("set_weights", "load_weights", "reset_weights", "evaluate")
"""What begins a training anew, or looks at what has come of one."""
_FEW = 8
_ONLY_FIT = frozenset({"x", "y", "verbose"})


class FitCalledPerBatch(Rule):
    """`fit` of a Keras model is called for each batch of a loop.

    ## Why it leaks

    `fit` is made for whole trainings: each call makes a data adapter, a history and callbacks, and
    a `Sequence` that is made for it may start workers of its own. Host memory grows slowly with the
    calls.

    With Keras 3.15, 60 calls of `fit` added 0.66 MiB and 60 of `train_on_batch` 0.01 MiB; older
    versions grew faster.

    ## Best practice

    Call `train_on_batch` where the loop is your own, or `fit` once for a data set or a generator.

    ## When it is not a leak

    A loop over folds or models trains each of them once. With several epochs for each part of the
    data `fit` does what it is for. A few calls stay a few.
    """

    code = "LT024"
    name = "fit-called-per-batch"
    message = (
        "`{model}.fit` runs for one batch in every {turn}, and each call leaves objects behind; "
        "use `train_on_batch`."
    )
    severity = Severity.HINT
    since = "0.1.0"
    root_cause = RootCause.REPEATED_CONSTRUCTION
    general_smell = GeneralSmell.CONSTRUCT_INSIDE_LOOP
    practices = (
        Practice(
            "BP74",
            "Use `train_on_batch` (or one `fit` over a data set) when you drive the loop yourself.",
        ),
    )
    links = (
        Link(
            "Keras: Model.train_on_batch",
            "https://keras.io/api/models/model_training_apis/#trainonbatch-method",
        ),
        Link(
            "Runaway memory when fit is called in a loop",
            "https://github.com/keras-team/keras/issues/16947",
        ),
        Link(
            "A leak in model.fit that several users met",
            "https://github.com/tensorflow/tensorflow/issues/50379",
        ),
    )
    examples = (
        Example(
            bad="""
                import keras

                model = keras.models.load_model("net.keras")
                for x, y in stream():
                    model.fit(x, y, verbose=0)  # leak
            """,
            good="""
                import keras

                model = keras.models.load_model("net.keras")
                for x, y in stream():
                    model.train_on_batch(x, y)
            """,
        ),
        Example(
            bad="""
                import tensorflow as tf

                def train(model: tf.keras.Model, dataset: tf.data.Dataset, epochs):
                    for epoch in range(epochs):
                        for features, labels in dataset:
                            model.fit(features, labels)  # leak
            """,
            good="""
                import tensorflow as tf

                def train(model: tf.keras.Model, dataset: tf.data.Dataset, epochs):
                    for epoch in range(epochs):
                        for features, labels in dataset:
                            model.train_on_batch(features, labels)
            """,
        ),
        Example(
            bad="""
                from tensorflow import keras

                class Learner:
                    def __init__(self, size):
                        self.net = keras.Sequential([keras.layers.Dense(size)])
                        self.net.compile("adam", "mse")

                    def learn(self, batches, callback):
                        for batch in batches:
                            x, y = batch
                            self.net.fit(x, y, epochs=1, callbacks=[callback])  # leak
            """,
            good="""
                from tensorflow import keras

                class Learner:
                    def __init__(self, size):
                        self.net = keras.Sequential([keras.layers.Dense(size)])
                        self.net.compile("adam", "mse")

                    def learn(self, batches, callback):
                        for number, batch in enumerate(batches):
                            x, y = batch
                            loss = self.net.train_on_batch(x, y)
                            callback(number, loss)
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="Each fold begins with the same weights.",
            code="""
                import keras

                model = keras.models.load_model("start.keras")
                start = model.get_weights()
                for train, test in folds:
                    model.set_weights(start)
                    model.fit(x[train], y[train])
                    scores.append(model.predict(x[test]))
            """,
        ),
        Negative(
            why="Each round looks at what the training has given.",
            code="""
                import keras

                def grow(model: keras.Model, parts):
                    for x, y in parts:
                        model.fit(x, y)
                        print(model.evaluate(x, y))
            """,
        ),
        Negative(
            why="Each fold is trained once, with several epochs.",
            code="""
                import keras

                def validate(model: keras.Model, folds):
                    for x, y in folds:
                        model.load_weights("start.weights.h5")
                        model.fit(x, y, epochs=20)
            """,
        ),
        Negative(
            why="Each of several models is trained once.",
            code="""
                import keras

                def train(models: list[keras.Model], dataset):
                    for model in models:
                        model.fit(dataset)
            """,
        ),
        Negative(
            why="The whole data is fitted again, round by round.",
            code="""
                import keras

                model = keras.models.load_model("net.keras")
                for round_number in range(10):
                    model.fit(x, y)
                    print(model.evaluate(x_test, y_test))
            """,
        ),
        Negative(
            why="`train_on_batch` is made for it.",
            code="""
                import keras

                model = keras.models.load_model("net.keras")
                for x, y in batches:
                    model.train_on_batch(x, y)
            """,
        ),
        Negative(
            why="Other libraries fit in parts.",
            code="""
                import keras
                from sklearn.preprocessing import StandardScaler

                scaler = StandardScaler()
                for batch in batches:
                    scaler.fit(batch)
            """,
        ),
        Negative(
            why="A target network is fitted now and then.",
            code="""
                import keras

                def learn(model: keras.Model, batches):
                    for step, (x, y) in enumerate(batches):
                        if step % 100 == 0:
                            model.fit(x, y)
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for site in body.method_calls("fit"):
            model, given = site.receiver_value, site.argument("x", 0)
            if model.kind is not Kind.KERAS_MODEL or site.value.definition is not None:
                continue
            if given is None or (site.receiver is None and site.loops):
                continue
            loop = _batch_loop(body, site, given)
            per_call = not site.loops and _is_learnt_in_each_call(body, site, given)
            if (loop is None and not per_call) or not is_one_epoch(site):
                continue
            condition = body.condition(site)
            if condition is Condition.ONCE:
                continue
            if condition is not Condition.ALWAYS and not _is_one_sample(body, site, given):
                # Now and then it may be trained on more than one batch.
                continue
            again = "Each iteration of this loop calls it again." if loop else "Each call fits it."
            yield self.report(
                site.place,
                RelatedPlace(loop.place if loop else body.place, again),
                certainty=model.certainty.weaker(Certainty.LIKELY),
                anchors={"call": _step(site) if site.receiver else ()},
                notes={"model": site.receiver or ""},
                model=shown(site.receiver or site.callee.rpartition(".")[0], 24),
                turn="iteration" if loop else "call",
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        if not finding.anchors["call"]:
            return
        call, *batch = (context.document.slice(one) for one in finding.anchors["call"])
        new = f"{finding.notes['model']}.train_on_batch({', '.join(batch)})"
        if edits := context.replace(finding.anchors["call"][0], call, new):
            yield Fix("Call `train_on_batch`", edits, Applicability.UNSAFE)


def _is_learnt_in_each_call(body: BodyFacts, site: CallSite, given: Argument) -> bool:
    """Whether a function that runs again and again fits a model, which it does not make, to one
    sample each time."""
    receiver = site.receiver
    made_here = any(receiver is None or made.target == receiver for made in body.constructions)
    again = body.asked_again and body.rhythm is not Rhythm.EPOCH
    return again and not made_here and _is_one_sample(body, site, given)


def _batch_loop(body: BodyFacts, site: CallSite, given: Argument) -> Loop | None:
    """The innermost loop, where that likely goes through batches or samples and fits the same model
    to each."""
    loop = site.loops[-1] if site.loops else None
    if loop is None or loop in site.renewed_in or loop not in given.varies_in:
        return None
    if loop.trips is not None and loop.trips <= _FEW:
        return None
    if _is_one_sample(body, site, given):
        return loop
    if any(
        one.receiver == site.receiver
        and one.loops == site.loops
        and body.condition(one) is Condition.ALWAYS
        for one in body.method_calls(*_ROUND_ENDS)
    ):
        # Each round trains on a part of the data, as a fold, and not on a batch.
        return None
    return None if data_of(loop, _FEW) is None else loop


def _is_one_sample(body: BodyFacts, site: CallSite, given: Argument) -> bool:
    """Whether the model is fitted to one sample: by how that is written, or because it is asked
    about the same sample alone."""
    return body.is_single(site, given) or any(
        asked.receiver == site.receiver is not None
        and (x := asked.argument("x", 0)) is not None
        and given.path is not None
        and x.path == given.path
        and body.is_single(asked, x)
        for asked in body.method_calls("predict", "predict_on_batch")
    )


def _step(site: CallSite) -> tuple[Place, ...]:
    """The call, and what it fits to what; empty where more than that is given or wanted."""
    keywords = {one.keyword for one in site.arguments if one.keyword}
    plain = sum(not one.keyword for one in site.arguments)
    x, y = site.argument("x", 0), site.argument("y", 1)
    if not site.dropped or not keywords <= _ONLY_FIT or plain > 2 or x is None or y is None:
        return ()
    return (site.place, x.place, y.place)
