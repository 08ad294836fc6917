"""LT003 tf-function-python-value-argument."""

from collections.abc import Iterator

from leakwise.facts import Argument, BodyFacts, CallSite, Kind, Loop
from leakwise.facts.apis.python import READ_BY_PATH, TEXT
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

_FEW = 5


class TfFunctionPythonValueArgument(Rule):
    """A `tf.function` is called with a Python number that is another one in each round.

    ## Why it leaks

    A `tf.function` traces one graph for each new value of a Python argument, and keeps them all in
    its cache. A step counter or a learning rate that is handed over as a number adds a graph with
    every call.

    With TensorFlow 2.21, 200 calls of a function of two operations made 200 graphs and 27 MiB.
    With `tf.constant` around the number there was one graph, and 0.1 MiB.

    ## Best practice

    Pass changing scalars as tensors, `tf.constant(step)`, or let the loop count with `tf.range`.
    Keep Python arguments for the few values that shape the graph, such as `training=True`.

    ## When it is not a leak

    Flags and hyperparameters take few values. An `input_signature` turns numbers into tensors, as
    `reduce_retracing` does not. A loop of a few rounds makes a few graphs.
    """

    code = "LT003"
    name = "tf-function-python-value-argument"
    message = (
        "`{function}` traces and keeps a graph for every value of the Python argument `{value}`; "
        "pass `tf.constant({value})`."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.REPEATED_CONSTRUCTION
    general_smell = GeneralSmell.VARYING_SIGNATURE
    practices = (
        Practice(
            "BP52",
            "Pass changing scalars to a `tf.function` as tensors; keep Python arguments for the "
            "few values that shape the graph.",
        ),
    )
    links = (
        Link("TensorFlow: controlling retracing", "https://www.tensorflow.org/guide/function"),
        Link(
            "Out of memory by a step counter as an argument",
            "https://github.com/tensorflow/tensorflow/issues/31842",
        ),
        Link(
            "Retracing that filled the memory, in Mava",
            "https://github.com/instadeepai/Mava/issues/346",
        ),
    )
    examples = (
        Example(
            bad="""
                import tensorflow as tf

                @tf.function
                def descend(model, x, rate):
                    for weight in model.trainable_variables:
                        weight.assign_sub(rate * tf.reduce_mean(x))

                for epoch in range(200):
                    descend(model, x, 0.1 * 0.99**epoch)  # leak
            """,
            good="""
                import tensorflow as tf

                @tf.function
                def descend(model, x, rate):
                    for weight in model.trainable_variables:
                        weight.assign_sub(rate * tf.reduce_mean(x))

                for epoch in range(200):
                    descend(model, x, tf.constant(0.1 * 0.99**epoch))
            """,
        ),
        Example(
            bad="""
                import tensorflow as tf

                @tf.function
                def train_step(x, step):
                    lr = 0.1 / (1.0 + tf.cast(step, tf.float32))
                    return update(x, lr)

                for step in range(10_000):
                    train_step(batch(), step)  # leak
            """,
            good="""
                import tensorflow as tf

                @tf.function
                def train_step(x, step):
                    lr = 0.1 / (1.0 + tf.cast(step, tf.float32))
                    return update(x, lr)

                for step in range(10_000):
                    train_step(batch(), tf.constant(step))
            """,
        ),
        Example(
            bad="""
                import tensorflow as tf

                class Trainer:
                    def __init__(self, model, data):
                        self.model = model
                        self.data = data

                    @tf.function
                    def log(self, x, step):
                        tf.summary.scalar("mean", tf.reduce_mean(self.model(x)), step=step)

                    def fit(self):
                        for i, x in enumerate(self.data):
                            self.log(x, step=i)  # leak
            """,
            good="""
                import tensorflow as tf

                class Trainer:
                    def __init__(self, model, data):
                        self.model = model
                        self.data = data

                    @tf.function
                    def log(self, x, step):
                        tf.summary.scalar("mean", tf.reduce_mean(self.model(x)), step=step)

                    def fit(self):
                        for i, x in enumerate(self.data):
                            self.log(x, step=tf.constant(i))
            """,
        ),
        Example(
            bad="""
                import tensorflow as tf

                def anneal(model, batches):
                    @tf.function(jit_compile=True, reduce_retracing=True)
                    def penalty(x, weight):
                        return weight * tf.reduce_sum(model(x) ** 2)

                    for count in range(1, 1001):
                        print(penalty(next(batches), count))  # leak
            """,
            good="""
                import tensorflow as tf

                def anneal(model, batches):
                    @tf.function(jit_compile=True, reduce_retracing=True)
                    def penalty(x, weight):
                        return weight * tf.reduce_sum(model(x) ** 2)

                    for count in range(1, 1001):
                        print(penalty(next(batches), tf.constant(count)))
            """,
        ),
    )
    negatives = (
        Negative(
            why="What is computed of the number takes few values.",
            code="""
                import tensorflow as tf

                @tf.function
                def step(x, phase):
                    return x * phase

                for i in range(1000):
                    step(x, i % 2)
                    step(x, i // 500)
                    step(x, i < 100)
            """,
        ),
        Negative(
            why="Flags and hyperparameters take few values.",
            code="""
                import tensorflow as tf

                @tf.function
                def step(x, rate, training):
                    return rate * tf.reduce_sum(x)

                for x in batches:
                    step(x, 0.1, training=True)
            """,
        ),
        Negative(
            why="The number is handed over as a tensor.",
            code="""
                import tensorflow as tf

                @tf.function
                def step(x, i):
                    return x + i

                for i in range(1000):
                    step(x, tf.convert_to_tensor(i))
                for j in tf.range(1000):
                    step(x, j)
            """,
        ),
        Negative(
            why="The signature turns numbers into tensors.",
            code="""
                import tensorflow as tf

                @tf.function(input_signature=[tf.TensorSpec([], tf.int32)])
                def step(i):
                    return i * 2

                for i in range(1000):
                    step(i)
            """,
        ),
        Negative(
            why="The loop has a few rounds.",
            code="""
                import tensorflow as tf

                @tf.function
                def block(x, depth):
                    return x * depth

                for depth in range(4):
                    x = block(x, depth)
            """,
        ),
        Negative(
            why="A flag has two values.",
            code="""
                import tensorflow as tf

                @tf.function
                def step(batch, first):
                    return tf.reduce_sum(batch) if first else tf.reduce_mean(batch)

                def train(batches):
                    first = True
                    for batch in batches:
                        step(batch, first)
                        first = False
            """,
        ),
        Negative(
            why="The number is used in front of the call alone.",
            code="""
                import tensorflow as tf

                @tf.function
                def step(x):
                    return tf.reduce_sum(x)

                for i in range(1000):
                    step(data[i])
            """,
        ),
        Negative(
            why="A function of its own in each round is traced once.",
            code="""
                def step(x, i):
                    return x * i

                for i in range(1000):
                    step(x, i)
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.has_loops or not body.uses_tf_functions:
            return
        for site in body.call_sites:
            if not site.loops or not _traces_numbers(body, site):
                continue
            for argument in site.arguments:
                loop = _counting_loop(body, site, argument)
                if loop is None or body.holds_constants(argument.path or ""):
                    continue
                yield self.report(
                    argument.place,
                    RelatedPlace(loop.place, "Each iteration of this loop has another value."),
                    certainty=argument.value.certainty,
                    anchors={"argument": (argument.place,)},
                    notes={"constant": body.spelling("tensorflow.constant") or ""},
                    function=shown(site.callee, 24),
                    value=shown(argument.path or argument.number, 16),
                )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        constant = finding.notes["constant"]
        if constant and (edits := context.wrap(finding.anchors["argument"], f"{constant}({{}})")):
            yield Fix("Pass a tensor", edits, Applicability.UNSAFE)


def _traces_numbers(body: BodyFacts, site: CallSite) -> bool:
    """Whether a call runs a function whose Python arguments each need a graph."""
    function = body.tf_function(site)
    return function is not None and not function.converts_numbers


def _counting_loop(body: BodyFacts, site: CallSite, argument: Argument) -> Loop | None:
    """The innermost loop that gives a Python number, a text that shows one or the name of a file
    another value each time."""
    value = argument.value
    known = value.kind is Kind.NUMBER or bool(argument.number) or _is_name_of_file(body, argument)
    if not known or value.constant is not None:
        return None
    if not argument.path and not argument.number:
        return None
    for loop in reversed(site.loops):
        if loop in argument.varies_in and (loop.trips is None or loop.trips > _FEW):
            return loop
    return None


def _is_name_of_file(body: BodyFacts, argument: Argument) -> bool:
    """Whether an argument is a text that a listing of files gave, or what a file is opened by."""
    if argument.value == TEXT:
        return True
    return argument.value.kind is Kind.UNKNOWN and any(
        given is not None and given.path == argument.path is not None
        for site in body.calls_of(*READ_BY_PATH)
        for given in (site.argument("file", 0),)
    )
