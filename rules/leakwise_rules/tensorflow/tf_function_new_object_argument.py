"""LT006 tf-function-new-object-argument."""

from collections.abc import Iterator

from leakwise.facts import Argument, BodyFacts, CallSite, Certainty, Kind, Loop
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
from leakwise_rules.wording import shown

_FEW = 3
_OBJECTS = frozenset({Kind.KERAS_MODEL, Kind.KERAS_LAYER, Kind.OPTIMIZER})


class TfFunctionNewObjectArgument(Rule):
    """One `tf.function` is given another Python object in each round of a loop.

    ## Why it leaks

    A `tf.function` keeps one graph for each Python object that it is given: a model, an optimizer,
    a lambda, a method, a list of numbers. A loop that makes the object anew adds a graph with every
    round, and the graph holds the variables that it captured, also when the object itself is gone.

    One function that was called with 15 new models of 1.3 MB each made 15 graphs and held 23.5 MiB.
    With TensorFlow 2.21, twenty calls with one and the same method, `self.loss`, made 20 graphs:
    each look-up makes a new bound method.

    ## Best practice

    Make one `tf.function` for each model, in a function that builds both, or run what is used once
    without tracing. Hand numbers over as tensors.

    ## When it is not a leak

    The same object in every round is traced once. Tuples and dicts of tensors are taken apart: what
    counts is their structure. A loop over two or three models makes as many graphs.
    """

    code = "LT006"
    name = "tf-function-new-object-argument"
    message = (
        "`{function}` traces and keeps one more graph for {what}, which is another object in "
        "every iteration; make it once."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.REPEATED_CONSTRUCTION
    general_smell = GeneralSmell.VARYING_SIGNATURE
    practices = (
        Practice(
            "BP55",
            "Make one `tf.function` per model (a closure built with the model) or run one-off "
            "objects eagerly; never feed a stream of new Python objects to one function.",
        ),
    )
    links = (
        Link(
            "TensorFlow: better performance with tf.function, Python objects as arguments",
            "https://www.tensorflow.org/guide/function",
        ),
        Link(
            "A bound method as an argument leaks",
            "https://github.com/tensorflow/tensorflow/issues/31175",
        ),
        Link(
            "A step that takes model, optimizer and metric grows",
            "https://github.com/tensorflow/tensorflow/issues/50379",
        ),
    )
    examples = (
        Example(
            bad="""
                import keras
                import tensorflow as tf

                @tf.function
                def evaluate(model, x):
                    return tf.reduce_mean(model(x))

                results = []
                for seed in range(200):
                    keras.backend.clear_session()
                    candidate = keras.Sequential([keras.layers.Dense(seed)])
                    results.append(float(evaluate(candidate, x)))  # leak
            """,
            good="""
                import keras
                import tensorflow as tf

                def evaluate(model, x):
                    return tf.reduce_mean(model(x))

                results = []
                for seed in range(200):
                    keras.backend.clear_session()
                    candidate = keras.Sequential([keras.layers.Dense(seed)])
                    results.append(float(evaluate(candidate, x)))
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf

                class Solver:
                    @tf.function
                    def minimize(self, objective, x):
                        with tf.GradientTape() as tape:
                            tape.watch(x)
                            value = objective(x)
                        return x - 0.1 * tape.gradient(value, x)

                    def solve(self, x, targets):
                        for target in targets:
                            x = self.minimize(lambda v: tf.norm(v - target), x)  # leak
                        return x
            """,
            good="""
                import tensorflow as tf

                class Solver:
                    @tf.function
                    def minimize(self, target, x):
                        with tf.GradientTape() as tape:
                            tape.watch(x)
                            value = tf.norm(x - target)
                        return x - 0.1 * tape.gradient(value, x)

                    def solve(self, x, targets):
                        for target in targets:
                            x = self.minimize(tf.convert_to_tensor(target), x)
                        return x
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf

                @tf.function
                def apply(function, x):
                    return function(x)

                class Augmenter:
                    def flip(self, x):
                        return tf.image.flip_left_right(x)

                    def run(self, images):
                        for image in images:
                            yield apply(self.flip, image)  # leak
            """,
            good="""
                import tensorflow as tf

                class Augmenter:
                    @tf.function
                    def flip(self, x):
                        return tf.image.flip_left_right(x)

                    def run(self, images):
                        for image in images:
                            yield self.flip(image)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf

                def crop(image, box):
                    return tf.image.crop_to_bounding_box(image, *box)

                fast_crop = tf.function(crop)
                for left, image in enumerate(images):
                    fast_crop(image, [0, left, 64, 64])  # leak
            """,
            good="""
                import tensorflow as tf

                def crop(image, box):
                    return tf.image.crop_to_bounding_box(image, *tf.unstack(box))

                fast_crop = tf.function(crop)
                for left, image in enumerate(images):
                    fast_crop(image, tf.constant([0, left, 64, 64]))
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="Each of a few models is traced once.",
            code="""
                import tensorflow as tf

                @tf.function
                def evaluate(model, x):
                    return tf.reduce_mean(model(x))

                def compare(models, x):
                    return [evaluate(model, x) for model in models]
            """,
        ),
        Negative(
            why="The same model in every round is traced once.",
            code="""
                import keras
                import tensorflow as tf

                @tf.function
                def evaluate(model, x):
                    return tf.reduce_mean(model(x))

                model = keras.Sequential([keras.layers.Dense(1)])
                for x in batches:
                    evaluate(model, x)
            """,
        ),
        Negative(
            why="Tuples and dicts of tensors keep their structure.",
            code="""
                import tensorflow as tf

                @tf.function
                def step(batch, extra):
                    return tf.reduce_sum(batch["x"]) + extra[0]

                for x in batches:
                    x = tf.convert_to_tensor(x)
                    step({"x": x}, (tf.reduce_sum(x), x))
            """,
        ),
        Negative(
            why="The object is made before the loop.",
            code="""
                import tensorflow as tf

                @tf.function
                def step(objective, x):
                    return objective(x)

                norm = lambda v: tf.norm(v)
                for x in batches:
                    step(norm, x)
            """,
        ),
        Negative(
            why="Two models make two graphs.",
            code="""
                import keras
                import tensorflow as tf

                @tf.function
                def evaluate(model, x):
                    return tf.reduce_mean(model(x))

                for units in (8, 16):
                    evaluate(keras.Sequential([keras.layers.Dense(units)]), x)
            """,
        ),
        Negative(
            why="Each round makes a function of its own for its model.",
            code="""
                import keras
                import tensorflow as tf

                def evaluator(model):
                    return lambda x: tf.reduce_mean(model(x))

                for seed in range(200):
                    keras.backend.clear_session()
                    model = keras.Sequential([keras.layers.Dense(1)])
                    evaluator(model)(x)
            """,
        ),
        Negative(
            why="A list of the same numbers is the same argument.",
            code="""
                import tensorflow as tf

                @tf.function
                def resize(image, size):
                    return tf.image.resize(image, size)

                for image in images:
                    resize(image, [224, 224])
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.has_loops or not body.uses_tf_functions:
            return
        for site in body.call_sites:
            function = body.tf_function(site) if site.loops else None
            if function is None:
                continue
            for argument in site.arguments:
                what, certainty = _object(body, argument, called=function.calls(site, argument))
                loop = _renewing_loop(body, site, argument) if what else None
                if loop is None:
                    continue
                yield self.report(
                    argument.place,
                    *_making(argument),
                    RelatedPlace(loop.place, "Each iteration of this loop makes a new one."),
                    certainty=certainty,
                    function=shown(site.callee, 24),
                    what=what,
                )


def _object(body: BodyFacts, argument: Argument, *, called: bool) -> tuple[str, Certainty]:
    """What an argument is that is compared by its identity or its numbers, and how sure that is; ""
    where it is a tensor, a number alone, or not known."""
    value, path = argument.value, argument.path
    if value.kind is Kind.FUNCTION and value.constant is not None:
        return ("the lambda" if path is None else f"`{shown(path)}`"), Certainty.SURE
    if value.kind in {Kind.FUNCTION, Kind.QUALIFIED} and path is None:
        # What a call makes, such as a `functools.partial`.
        return "the new function", Certainty.LIKELY
    if _is_method(body, argument):
        # Each look-up makes a new bound method.
        return f"the method `{shown(path or '', 20)}`", Certainty.SURE
    if value.kind in _OBJECTS:
        return ("the object" if path is None else f"`{shown(path)}`"), value.certainty
    if value.kind is Kind.UNKNOWN and called and path is not None and path.isidentifier():
        # The function calls it, so it is no tensor.
        return f"`{shown(path)}`", Certainty.LIKELY
    if value.kind is Kind.CONTAINER and path is None and value.items:
        numbers = all(one.kind is Kind.NUMBER for one in value.items)
        if numbers and any(one.constant is None for one in value.items):
            return "the numbers", Certainty.LIKELY
    return "", Certainty.POSSIBLE


def _renewing_loop(body: BodyFacts, site: CallSite, argument: Argument) -> Loop | None:
    """The innermost loop, of more than a few rounds, that makes the argument anew."""
    for loop in reversed(site.loops):
        if loop.trips is not None and loop.trips <= _FEW:
            return None
        handed_out = argument.path is not None and argument.path in loop.names
        made = argument.path is None or loop in argument.fresh_in or _is_method(body, argument)
        if made and not handed_out:
            return loop
    return None


def _is_method(body: BodyFacts, argument: Argument) -> bool:
    """Whether this is a method, looked up on its object; a decorated one may be something else."""
    function = argument.value.definition
    if argument.value.kind is not Kind.FUNCTION or "." not in (argument.path or ""):
        return False
    if function is None or function.instance_name() is None:
        return False
    return not body.module.facts(function).decorators


def _making(argument: Argument) -> Iterator[RelatedPlace]:
    origin = argument.value.origin
    if origin is not None and origin != argument.place:
        yield RelatedPlace(origin, "The object is made here.")
