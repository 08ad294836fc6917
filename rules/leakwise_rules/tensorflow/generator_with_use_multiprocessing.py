"""LT022 generator-with-use-multiprocessing."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Certainty, Kind
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
    Report,
    RootCause,
    Rule,
    Severity,
)
from leakwise_rules.wording import shown

_METHODS = (
    "fit",
    "fit_generator",
    "predict",
    "predict_generator",
    "evaluate",
    "evaluate_generator",
)
_GENERATORS = ("fit_generator", "predict_generator", "evaluate_generator")
_SEQUENCES = ("keras.utils.Sequence", "keras.utils.PyDataset")
_ARGUMENT = "use_multiprocessing"


class GeneratorWithUseMultiprocessing(Rule):
    """A Keras model reads its data through processes: `use_multiprocessing=True`.

    ## Why it leaks

    With `use_multiprocessing` Keras forks workers that each hold a copy of the parent's memory,
    with the data that is in it. In older versions workers were left over after each call, and
    their memory with them.

    Reports tell of memory that grows in a straight line with it and not without, and of more than
    a hundred left-over processes after some hours. They are about Keras 2 and TensorFlow 1.13 to
    2.1; it was not measured here, and so this is a hint.

    ## Best practice

    Use a `tf.data` pipeline, whose threads share the memory, or `workers` with threads.

    ## When it is not a leak

    `workers=8` with `use_multiprocessing=False` makes threads. In Keras 3 a short training of a
    data set that computes much in Python may be worth the processes.
    """

    code = "LT022"
    name = "generator-with-use-multiprocessing"
    message = (
        "`{callee}` forks workers that each copy this process's memory, and may leave them over; "
        "use threads or `tf.data`."
    )
    severity = Severity.HINT
    since = "0.1.0"
    root_cause = RootCause.DATA_PIPELINE_REPLICATION
    general_smell = GeneralSmell.NEEDLESS_DUPLICATE
    practices = (
        Practice(
            "BP72",
            "Use a `tf.data` pipeline (or thread workers) rather than forked generator workers.",
        ),
    )
    links = (
        Link(
            "TensorFlow: tf.data, build input pipelines",
            "https://www.tensorflow.org/guide/data",
        ),
        Link(
            "Growth with use_multiprocessing, none without",
            "https://github.com/tensorflow/tensorflow/issues/30801",
        ),
        Link(
            "The same with Sequence in TensorFlow 2.1",
            "https://github.com/tensorflow/tensorflow/issues/37026",
        ),
        Link(
            "More than a hundred left-over processes",
            "https://github.com/keras-team/keras/issues/8946",
        ),
    )
    examples = (
        Example(
            bad="""
                import keras

                model = keras.models.load_model("net.keras")
                data = AugmentedSequence(paths)
                model.fit(data, epochs=50, workers=8, use_multiprocessing=True)  # leak
            """,
            good="""
                import keras

                model = keras.models.load_model("net.keras")
                data = AugmentedSequence(paths)
                model.fit(data, epochs=50, workers=8, use_multiprocessing=False)
            """,
        ),
        Example(
            bad="""
                from keras.models import Sequential

                def train(network, generator, steps):
                    network.fit_generator(  # leak
                        generator,
                        steps_per_epoch=steps,
                        use_multiprocessing=True,
                    )
            """,
            good="""
                from keras.models import Sequential

                def train(network, generator, steps):
                    network.fit_generator(
                        generator,
                        steps_per_epoch=steps,
                        use_multiprocessing=False,
                    )
            """,
        ),
        Example(
            bad="""
                import keras

                class Images(keras.utils.PyDataset):
                    def __init__(self, paths):
                        super().__init__(workers=4, use_multiprocessing=True)  # leak
                        self.paths = paths

                    def __len__(self):
                        return len(self.paths)
            """,
            good="""
                import keras

                class Images(keras.utils.PyDataset):
                    def __init__(self, paths):
                        super().__init__(workers=4, use_multiprocessing=False)
                        self.paths = paths

                    def __len__(self):
                        return len(self.paths)
            """,
        ),
    )
    negatives = (
        Negative(
            why="Threads share the memory.",
            code="""
                import keras

                model = keras.models.load_model("net.keras")
                model.fit(data, epochs=50, workers=8, use_multiprocessing=False)
            """,
        ),
        Negative(
            why="The caller says whether processes are used.",
            code="""
                import keras

                def train(model: keras.Model, data, parallel=False):
                    model.fit(data, use_multiprocessing=parallel)
            """,
        ),
        Negative(
            why="A `tf.data` pipeline reads with threads of its own.",
            code="""
                import keras
                import tensorflow as tf

                model = keras.models.load_model("net.keras")
                data = tf.data.Dataset.from_tensor_slices(paths).map(load, num_parallel_calls=8)
                model.fit(data, epochs=50)
            """,
        ),
        Negative(
            why="Other libraries have an argument of this name.",
            code="""
                import keras
                from simulators import Simulation

                simulation = Simulation()
                simulation.run(data, use_multiprocessing=True)
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.mentions(_ARGUMENT):
            return
        for site in body.call_sites:
            given = site.argument(_ARGUMENT)
            if given is None or given.value.constant is not True:
                continue
            certainty = _certainty(body, site)
            if certainty is not None:
                yield self.report(
                    site.place,
                    certainty=certainty,
                    anchors={"call": (site.place,)},
                    callee=shown(site.callee),
                )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        if edits := context.set_argument(finding.anchors["call"][0], _ARGUMENT, "False"):
            yield Fix("Read with threads", edits, Applicability.UNSAFE)


def _certainty(body: BodyFacts, site: CallSite) -> Certainty | None:
    """How sure it is that Keras is asked for processes; None where nothing says that it is."""
    if site.receiver_value.kind is Kind.KERAS_MODEL and site.method in _METHODS:
        return site.receiver_value.certainty
    if site.method in _GENERATORS:
        # Keras alone has methods of these names.
        return Certainty.LIKELY
    class_ = body.class_
    builds = site.method == "__init__" and class_ is not None
    return Certainty.SURE if builds and class_ and class_.derives_from(*_SEQUENCES) else None
