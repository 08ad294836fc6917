"""LT021 feature-extractor-rebuilt-in-loop."""

import re
from collections.abc import Iterator

from leakwise.facts import Argument, BodyFacts, CallSite, Certainty, Condition, Loop, Rhythm
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
_GRADIENTS = "keras.backend.gradients"
_FEW = 3


class FeatureExtractorRebuiltInLoop(Rule):
    """A part of a model, or a backend function, is built anew in every round of a loop or call.

    ## Why it leaks

    In graph mode, and in older versions, each new model or backend function adds to the one global
    graph, which nothing removes it from. Where the call is wrapped in a `tf.function`, each one is
    traced anew.

    With Keras 3.15, 120 rebuilt extractors added 0.6 MiB: there it costs time alone.

    ## Best practice

    Build the feature extractor or the backend function once, in front of the loop.

    ## When it is not a leak

    A method that keeps what it builds for the next call builds it once, and so does a constructor.
    A loop over a few layers that keeps an extractor for each builds every one once. What is built
    under a condition, or on what the loop binds, may be another one each time.
    """

    code = "LT021"
    name = "feature-extractor-rebuilt-in-loop"
    message = (
        "`{callee}` builds the same thing in every {turn}, and older versions keep the graph "
        "of each; build it once, before."
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
        Example(
            bad="""
                import keras
                from keras import backend as K

                class Classifier:
                    def __init__(self, path):
                        self.model = keras.models.load_model(path)

                    def activations(self, x, layer):
                        output = self.model.get_layer(layer).output
                        read = K.function([self.model.input], [output])  # leak
                        return read([x])[0]
            """,
            good="""
                import keras
                from keras import backend as K

                class Classifier:
                    def __init__(self, path):
                        self.model = keras.models.load_model(path)
                        outputs = [layer.output for layer in self.model.layers]
                        self.read = K.function([self.model.input], outputs)

                    def activations(self, x, layer):
                        return self.read([x])[layer]
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from keras import backend as K
                from keras.models import load_model

                network = load_model("faces.h5")

                def describe(face):
                    inner = K.function([network.input], [network.layers[-2].output])  # leak
                    return inner([face])[0]

                for face in faces:
                    store(describe(face))
            """,
            good="""
                from keras import backend as K
                from keras.models import load_model

                network = load_model("faces.h5")
                inner = K.function([network.input], [network.layers[-2].output])

                def describe(face):
                    return inner([face])[0]

                for face in faces:
                    store(describe(face))
            """,
            fixed=False,
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
            why="One call goes through all batches with it.",
            code="""
                import keras

                class Report:
                    def __init__(self, model: keras.Model):
                        self.model = model

                    def embeddings(self, size, layer):
                        part = keras.Model(self.model.input, self.model.get_layer(layer).output)
                        found = []
                        for start in range(0, size, 32):
                            found.append(part(load(start, 32)).numpy())
                        return found
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
        for site in body.calls_of(*_MODELS, _FUNCTION, _GRADIENTS):
            loop = _repeating_loop(site)
            per_call = not site.loops and _made_per_call(body, site)
            if not site.arguments or body.condition(site) is not Condition.ALWAYS:
                continue
            if (loop is None and not per_call) or not _is_part_of_model(site):
                continue
            place = loop.place if loop else body.place
            what = "Each iteration of this loop" if loop else "Each call of this method"
            yield self.report(
                site.place,
                RelatedPlace(place, f"{what} builds it again."),
                certainty=Certainty.SURE if loop else Certainty.LIKELY,
                anchors={"statement": (site.statement,), "loop": (loop.place,) if loop else ()},
                callee=site.callee,
                turn="iteration" if loop else "call",
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        for loop in finding.anchors["loop"]:
            if edits := context.move_above(finding.anchors["statement"][0], loop):
                yield Fix("Build it above the loop", edits, Applicability.UNSAFE)


def _repeating_loop(site: CallSite) -> Loop | None:
    """The innermost loop of more than a few rounds that makes the same again."""
    for loop in reversed(site.loops):
        if any(loop in one.varies_in for one in site.arguments):
            continue
        few = loop.trips is not None and loop.trips <= _FEW
        return None if loop.is_comprehension or few else loop
    return None


def _is_part_of_model(site: CallSite) -> bool:
    """Whether what is built leads from a model's inputs, so that the model is there already."""
    of = ("variables", 1) if site.value.name == _GRADIENTS else ("inputs", 0)
    first = site.argument(*of)
    return site.value.name == _FUNCTION or (
        first is not None and any(path.endswith((".input", ".inputs")) for path in _paths(first))
    )


def _made_per_call(body: BodyFacts, site: CallSite) -> bool:
    """Whether a function builds it of its object's own model, or of one that stays the same, on
    each call, and uses it up: the result is called here and kept nowhere."""
    if body.name is None or body.rhythm is Rhythm.ONCE or body.cache is not None:
        return False
    used = [
        one
        for one in body.call_sites
        if (site.bound_to is not None and site.bound_to in (one.callee, one.receiver))
        or site.place in (one.value.origin, one.receiver_value.origin)
    ]
    kept = body.stored(frozenset({site.place})) or any(
        one.stored.origin == site.place for one in body.keepings
    )
    given = body.result.returns
    returned = given is not None and given.origin == site.place
    if not used or kept or returned or _is_given_model(body, site):
        return False
    own = body.instance_name is not None and any(
        path.startswith(f"{body.instance_name}.") for one in site.arguments for path in _paths(one)
    )
    once = any(not one.loops for one in used)
    # What only a loop uses serves for all that one call goes through.
    return (once and (own or body.asked_again)) or bool(body.repetitions)


def _is_given_model(body: BodyFacts, site: CallSite) -> bool:
    """Whether it is built of a model, or for one, that the function is given: each call may be
    given another one."""
    first = site.argument("inputs", 0)
    parts = () if first is None else (first.value, *(first.value.items or ()))
    if any(body.is_given(part) for part in parts):
        return True
    roots = {re.split(r"[.\[]", path)[0] for one in site.arguments for path in _paths(one)}
    return not roots.isdisjoint(body.parameters)


def _paths(argument: Argument) -> Iterator[str]:
    """The paths that an argument is, or is made from."""
    if argument.path is not None:
        yield argument.path
    parts = (argument.value, *(argument.value.items or ()))
    yield from (one for part in parts for one in part.sources if isinstance(one, str))
