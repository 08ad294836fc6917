"""LT004 tf-function-unbounded-input-shapes."""

from collections.abc import Iterator

from leakwise.facts import Argument, BodyFacts, CallSite, Certainty
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
from leakwise_rules.wording import shown

_FEW = 3
_RELAXED = "reduce_retracing=True"


class TfFunctionUnboundedInputShapes(Rule):
    """A `tf.function` is called with a tensor of another shape in every round of a loop.

    ## Why it leaks

    A `tf.function` traces one graph for each shape that it is given, and keeps them all. Sentences
    of every length, or slices with a bound that moves, make as many graphs as there are lengths.

    200 calls with 200 lengths made 200 graphs. With `reduce_retracing=True` there were two, and
    with an `input_signature` one. How much memory that is depends on the graph: a function of two
    operations held 27 MiB after 200 traces.

    ## Best practice

    Give the function an `input_signature` with `None` for the dimensions that vary, or
    `reduce_retracing=True`. Or pad to a few lengths.

    ## When it is not a leak

    Batches of one size, with a smaller last one, have two shapes. Padded inputs, and functions with
    a relaxed signature, share a graph. Keras relaxes the shapes of its own training functions.
    """

    code = "LT004"
    name = "tf-function-unbounded-input-shapes"
    message = (
        "`{function}` traces and keeps a graph for every length of {value}; set "
        "`reduce_retracing=True` or an `input_signature`."
    )
    severity = Severity.INFORMATION
    since = "0.1.0"
    root_cause = RootCause.REPEATED_CONSTRUCTION
    general_smell = GeneralSmell.VARYING_SIGNATURE
    practices = (
        Practice(
            "BP53",
            "Give a `tf.function` an `input_signature` with `None` for varying dimensions, or "
            "`reduce_retracing=True`, or pad to a few bucket sizes.",
        ),
    )
    links = (
        Link("TensorFlow: controlling retracing", "https://www.tensorflow.org/guide/function"),
        Link(
            "Inputs of every size, in tf-quant-finance",
            "https://github.com/google/tf-quant-finance/issues/68",
        ),
        Link(
            "A new graph for each shape",
            "https://github.com/tensorflow/tensorflow/issues/33434",
        ),
        Link(
            "Graphs of variable-length inputs that stay",
            "https://github.com/tensorflow/tensorflow/issues/124972",
        ),
    )
    examples = (
        Example(
            bad="""
                import tensorflow as tf

                @tf.function
                def score(tokens):
                    return tf.reduce_mean(table(tokens))

                for doc in documents:
                    score(tf.constant(tokenize(doc)))  # leak
            """,
            good="""
                import tensorflow as tf

                @tf.function(reduce_retracing=True)
                def score(tokens):
                    return tf.reduce_mean(table(tokens))

                for doc in documents:
                    score(tf.constant(tokenize(doc)))
            """,
        ),
        Example(
            bad="""
                import tensorflow as tf

                class Sampler:
                    @tf.function(jit_compile=True)
                    def logits(self, tokens):
                        return self.model(tokens)[:, -1]

                    def extend(self, tokens, length):
                        for position in range(1, length):
                            logits = self.logits(tokens[:, :position])  # leak
                            tokens = self.put(tokens, position, tf.argmax(logits, -1))
                        return tokens
            """,
            good="""
                import tensorflow as tf

                class Sampler:
                    @tf.function(jit_compile=True, reduce_retracing=True)
                    def logits(self, tokens):
                        return self.model(tokens)[:, -1]

                    def extend(self, tokens, length):
                        for position in range(1, length):
                            logits = self.logits(tokens[:, :position])
                            tokens = self.put(tokens, position, tf.argmax(logits, -1))
                        return tokens
            """,
        ),
        Example(
            bad="""
                import numpy as np
                import tensorflow as tf

                def measure(work, sizes):
                    fast = tf.function(work)
                    for size in range(1, 1000):
                        noise = np.zeros((size, 8), np.float32)
                        fast(noise)  # leak
            """,
            good="""
                import numpy as np
                import tensorflow as tf

                def measure(work, sizes):
                    fast = tf.function(work, reduce_retracing=True)
                    for size in range(1, 1000):
                        noise = np.zeros((size, 8), np.float32)
                        fast(noise)
            """,
        ),
        Example(
            bad="""
                import tensorflow as tf

                class Forecaster:
                    def fit(self, weather, sales):
                        self.net.fit(self._scaled(weather), sales)

                    @tf.function
                    def _ask(self, weather):
                        return self.net(weather, training=False)

                    def predict(self, weather):
                        weather = self._scaled(weather)
                        return self._ask(weather).numpy()  # leak
            """,
            good="""
                import tensorflow as tf

                class Forecaster:
                    def fit(self, weather, sales):
                        self.net.fit(self._scaled(weather), sales)

                    @tf.function(reduce_retracing=True)
                    def _ask(self, weather):
                        return self.net(weather, training=False)

                    def predict(self, weather):
                        weather = self._scaled(weather)
                        return self._ask(weather).numpy()
            """,
        ),
    )
    negatives = (
        Negative(
            why="The rows go through it in batches of one size.",
            code="""
                import tensorflow as tf

                class Forecaster:
                    def fit(self, rows, targets):
                        self.net.fit(rows, targets)

                    @tf.function
                    def _ask(self, rows):
                        return self.net(rows, training=False)

                    def predict(self, rows):
                        parts = []
                        for batch in tf.data.Dataset.from_tensor_slices(rows).batch(64):
                            parts.append(self._ask(batch).numpy())
                        return parts
            """,
        ),
        Negative(
            why="What is asked about has one row, always.",
            code="""
                import tensorflow as tf

                class Forecaster:
                    def fit(self, rows, targets):
                        self.net.fit(rows, targets)

                    @tf.function
                    def _ask(self, rows):
                        return self.net(rows, training=False)

                    def predict(self, row):
                        row = row[None]
                        return self._ask(row).numpy()[0]
            """,
        ),
        Negative(
            why="The signature leaves the length open.",
            code="""
                import tensorflow as tf

                @tf.function(input_signature=[tf.TensorSpec([None], tf.int32)])
                def score(tokens):
                    return tf.reduce_mean(table(tokens))

                for doc in documents:
                    score(tf.constant(tokenize(doc), tf.int32))
            """,
        ),
        Negative(
            why="The texts are padded to one length.",
            code="""
                import tensorflow as tf

                @tf.function
                def score(tokens):
                    return tf.reduce_mean(table(tokens))

                for doc in documents:
                    score(tf.constant(tokenize(doc, padding="max_length", max_length=128)))
            """,
        ),
        Negative(
            why="Batches of one size, with a smaller last one, have two shapes.",
            code="""
                import tensorflow as tf

                @tf.function
                def step(x):
                    return tf.reduce_sum(x)

                for start in range(0, len(data), 32):
                    step(tf.constant(data[start : start + 32]))
            """,
        ),
        Negative(
            why="The number is a value, and not a length.",
            code="""
                import tensorflow as tf

                @tf.function
                def step(x, i):
                    return x * i

                for i in range(1000):
                    step(tf.ones((8, 4)), tf.constant(i))
            """,
        ),
        Negative(
            why="What is not traced keeps no graphs.",
            code="""
                import tensorflow as tf

                def step(x):
                    return tf.reduce_sum(x)

                for n in range(1000):
                    step(x[:n])
            """,
        ),
        Negative(
            why="A few lengths make a few graphs.",
            code="""
                import tensorflow as tf

                @tf.function
                def step(x):
                    return tf.reduce_sum(x)

                for n in (8, 16, 32):
                    step(tf.zeros((n, 4)))
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.uses_tf_functions:
            return
        for site in body.call_sites:
            uneven = [(one, _why(body, site, one)) for one in site.arguments]
            function = body.tf_function(site) if any(why for _, why in uneven) else None
            if function is None or function.relaxes_shapes:
                continue
            for argument, why in uneven:
                if why is None:
                    continue
                path = argument.path
                yield self.report(
                    argument.place,
                    why,
                    certainty=Certainty.LIKELY,
                    anchors={"traced": (function.place,) if function.place else ()},
                    notes={"called": "yes" if function.called else ""},
                    function=shown(site.callee, 24),
                    value="this argument" if path is None else f"`{shown(path, 16)}`",
                )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        for place in finding.anchors["traced"]:
            if finding.notes["called"]:
                edits = context.add_argument(place, _RELAXED)
            else:
                written = context.document.slice(place)
                edits = context.replace(place, written, f"{written}({_RELAXED})")
            if edits:
                yield Fix("Let one graph take several shapes", edits, Applicability.UNSAFE)


def _why(body: BodyFacts, site: CallSite, argument: Argument) -> RelatedPlace | None:
    """What gives an argument ever new lengths; None where nothing is known to."""
    loop = next(iter(argument.uneven_in), body.lengthened_in(site, argument))
    if loop is not None:
        few = loop.trips is not None and loop.trips <= _FEW
        text = "Each iteration of this loop has another length."
        return None if few else RelatedPlace(loop.place, text)
    if site.loops or body.definition.index.bindings_of(site.callee):
        # What a call makes for itself is traced once in it.
        return None
    asker = body.asker_of_rows(argument)
    if asker is None or body.is_traced:
        return None
    return RelatedPlace(asker.place, "This is asked about any number of rows.")
