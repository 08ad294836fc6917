"""LT021 feature-extractor-rebuilt-in-loop."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Certainty, Condition, Loop
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

_MODELS = ("keras.Model", "keras.models.Model")
_FUNCTION = "keras.backend.function"
_FEW = 3


class FeatureExtractorRebuiltInLoop(Rule):
    """A part of a model, or a backend function, is built anew in every round of a loop.

    ## Why it leaks

    In graph mode, and in older versions, each new model or backend function adds to the one global
    graph, which nothing removes it from. Where the call is wrapped in a `tf.function`, each one is
    traced anew.

    With Keras 3.15, 120 rebuilt extractors added 0.6 MiB: there it costs time alone.

    ## Best practice

    Build the feature extractor or the backend function once, in front of the loop.

    ## When it is not a leak

    A loop over a few layers that keeps an extractor for each builds every one once. What is built
    under a condition, or on what the loop binds, may be another one each time.
    """

    code = "LT021"
    name = "feature-extractor-rebuilt-in-loop"
    message = (
        "`{callee}` builds the same thing in every iteration, and older versions keep the graph "
        "of each; build it above the loop."
    )
    severity = Severity.INFORMATION
    since = "0.1.0"
    root_cause = RootCause.REPEATED_CONSTRUCTION
    general_smell = GeneralSmell.CONSTRUCT_INSIDE_LOOP
    supersedes = ("LT001",)
    practices = (
        Practice(
            "BP71",
            "Build feature extractors and backend functions once, before the loop.",
        ),
    )
    links = (
        Link(
            "Growth when the model call is wrapped again",
            "https://github.com/tensorflow/tensorflow/issues/46661",
        ),
        Link(
            "Everything that is built enters the global graph",
            "https://github.com/keras-team/keras/issues/2102",
        ),
    )
    examples = (
        Example(
            bad="""
                import keras

                feats = []
                model = keras.models.load_model("text.keras")
                for x in batches:
                    extractor = keras.Model(model.input, model.get_layer("emb").output)  # leak
                    feats.append(extractor(x).numpy())
            """,
            good="""
                import keras

                feats = []
                model = keras.models.load_model("text.keras")
                extractor = keras.Model(model.input, model.get_layer("emb").output)
                for x in batches:
                    feats.append(extractor(x).numpy())
            """,
        ),
        Example(
            bad="""
                from keras import backend as K

                def activations(model, batches):
                    for batch in batches:
                        read = K.function([model.input], [model.layers[-2].output])  # leak
                        yield read([batch])[0]
            """,
            good="""
                from keras import backend as K

                def activations(model, batches):
                    read = K.function([model.input], [model.layers[-2].output])
                    for batch in batches:
                        yield read([batch])[0]
            """,
        ),
        Example(
            bad="""
                import tensorflow as tf

                class Probe:
                    def __init__(self, model: tf.keras.Model):
                        self.net = model

                    def run(self, frames):
                        for frame in frames:
                            part = tf.keras.Model(self.net.input, self.net.layers[3].output)  # leak
                            print(part(frame).shape)
            """,
            good="""
                import tensorflow as tf

                class Probe:
                    def __init__(self, model: tf.keras.Model):
                        self.net = model

                    def run(self, frames):
                        part = tf.keras.Model(self.net.input, self.net.layers[3].output)
                        for frame in frames:
                            print(part(frame).shape)
            """,
        ),
    )
    negatives = (
        Negative(
            why="It is built once, in front of the loop.",
            code="""
                import keras

                model = keras.models.load_model("text.keras")
                extractor = keras.Model(model.input, model.get_layer("emb").output)
                for x in batches:
                    print(extractor(x))
            """,
        ),
        Negative(
            why="Each layer gets an extractor of its own.",
            code="""
                import keras

                parts = {}
                for name in names:
                    parts[name] = keras.Model(model.input, model.get_layer(name).output)
            """,
        ),
        Negative(
            why="The model is another one in each round.",
            code="""
                from keras import backend as K

                for model in models:
                    read = K.function([model.input], [model.output])
                    print(read([x]))
            """,
        ),
        Negative(
            why="It is built on its first use.",
            code="""
                import keras

                part = None
                for x in batches:
                    if part is None:
                        part = keras.Model(model.input, model.layers[2].output)
                    print(part(x))
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for site in body.calls_of(*_MODELS, _FUNCTION):
            loop = _repeating_loop(site)
            if loop is None or not site.arguments or body.condition(site) is not Condition.ALWAYS:
                continue
            first = site.argument("inputs", 0)
            of_model = first and (first.path or "").endswith((".input", ".inputs"))
            if site.value.name != _FUNCTION and not of_model:
                continue
            yield self.report(
                site.place,
                RelatedPlace(loop.place, "Each iteration of this loop builds it again."),
                certainty=Certainty.SURE,
                anchors={"statement": (site.statement,), "loop": (loop.place,)},
                callee=site.callee,
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        for loop in finding.anchors["loop"]:
            if edits := context.move_above(finding.anchors["statement"][0], loop):
                yield Fix("Build it above the loop", edits, Applicability.UNSAFE)


def _repeating_loop(site: CallSite) -> Loop | None:
    """The innermost loop, where it makes the same again."""
    loop = site.loops[-1] if site.loops else None
    if loop is None or loop.is_comprehension or (loop.trips is not None and loop.trips <= _FEW):
        return None
    return None if any(loop in one.varies_in for one in site.arguments) else loop
