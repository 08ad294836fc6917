"""LT016 py-function-wrapped-per-call."""

from collections.abc import Iterator

from leakwise.facts import Argument, BodyFacts, CallSite, Certainty, Condition, Kind, Loop, Rhythm
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

_PY_FUNCTION = "tensorflow.py_function"
_FEW = 3


class PyFunctionWrappedPerCall(Rule):
    """`tf.py_function` is called eagerly again and again, and each call registers a function.

    ## Why it leaks

    `tf.py_function` makes an operation of a Python function, and the runtime keeps that function in
    a registry, with all that it refers to. Called in a graph that is built once it does so once.
    Called eagerly it does so with every call.

    With TensorFlow 2.21, 100 calls in a loop left 100 more entries, and about 6 MiB with new
    lambdas. A function at the top of the file left as many entries, which hold less.
    `tf.numpy_function` left none.

    ## Best practice

    Call Python code directly in eager loops. Use `tf.py_function` only inside a graph that is built
    once, such as `Dataset.map`, with a function at the top of the file.

    ## When it is not a leak

    In a function that `Dataset.map` or `tf.function` traces it is wrapped once. A loop of two or
    three rounds registers two or three.
    """

    code = "LT016"
    name = "py-function-wrapped-per-call"
    message = (
        "The runtime registers and keeps {function} with every eager call of `tf.py_function`; "
        "call it directly."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.REPEATED_CONSTRUCTION
    general_smell = GeneralSmell.CONSTRUCT_INSIDE_LOOP
    practices = (
        Practice(
            "BP66",
            "Call Python code directly in eager loops; use `tf.py_function` only inside a graph "
            "that is built once, with a module-level function.",
        ),
    )
    links = (
        Link(
            "TensorFlow: tf.py_function",
            "https://www.tensorflow.org/api_docs/python/tf/py_function",
        ),
        Link(
            "A leak in a loop of eager py_function calls",
            "https://github.com/tensorflow/tensorflow/issues/51839",
        ),
        Link(
            "py_function in eager execution leaks",
            "https://github.com/tensorflow/tensorflow/issues/35822",
        ),
    )
    examples = (
        Example(
            bad="""
                import tensorflow as tf

                for path in paths:
                    img = tf.py_function(lambda p: read_scan(p.numpy()), [path], tf.float32)  # leak
                    step(img)
            """,
            good="""
                import tensorflow as tf

                for path in paths:
                    img = tf.convert_to_tensor(read_scan(path))
                    step(img)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf

                class Reader:
                    def read(self, path):
                        def decode(p):
                            return self.codec.decode(p.numpy())
                        return tf.py_function(decode, [path], tf.uint8)  # leak

                    def run(self, paths):
                        for path in paths:
                            self.show(self.read(path))
            """,
            good="""
                import tensorflow as tf

                class Reader:
                    def read(self, path):
                        return tf.convert_to_tensor(self.codec.decode(path))

                    def run(self, paths):
                        for path in paths:
                            self.show(self.read(path))
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf

                def augment(image):
                    return rotate(image.numpy())

                def train(model, dataset):
                    for image, label in dataset:
                        image = tf.py_function(func=augment, inp=[image], Tout=tf.float32)  # leak
                        model.train_on_batch(image, label)
            """,
            good="""
                import tensorflow as tf

                def augment(image):
                    return rotate(image.numpy())

                def train(model, dataset):
                    for image, label in dataset:
                        image = tf.convert_to_tensor(augment(image))
                        model.train_on_batch(image, label)
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="`Dataset.map` traces the function once.",
            code="""
                import tensorflow as tf

                def load(path):
                    return tf.py_function(read_scan, [path], tf.float32)

                def build(folders):
                    for folder in folders:
                        yield tf.data.Dataset.list_files(folder).map(load)
            """,
        ),
        Negative(
            why="A `tf.function` is traced once.",
            code="""
                import tensorflow as tf

                @tf.function
                def step(image):
                    return tf.py_function(lambda x: rotate(x.numpy()), [image], tf.float32)

                for image in images:
                    step(image)
            """,
        ),
        Negative(
            why="`tf.numpy_function` registers nothing when it is called eagerly.",
            code="""
                import tensorflow as tf

                for path in paths:
                    image = tf.numpy_function(lambda p: read_scan(p), [path], tf.float32)
            """,
        ),
        Negative(
            why="It is called once.",
            code="""
                import tensorflow as tf

                image = tf.py_function(lambda p: read_scan(p.numpy()), ["a.nii"], tf.float32)
            """,
        ),
        Negative(
            why="A function that another one hands on may be traced.",
            code="""
                import tensorflow as tf

                def make(reader):
                    def load(path):
                        return tf.py_function(reader, [path], tf.float32)
                    return load

                for reader in readers:
                    datasets.append(paths.map(make(reader)))
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for site in body.calls_of(_PY_FUNCTION):
            given = site.argument("func", 0)
            if given is None or body.condition(site) is Condition.ONCE:
                continue
            loop = _repeating_loop(site)
            often = loop is not None or (not site.loops and _runs_often(body))
            if not often or body.is_traced or body.builds_graphs or body.handed_to():
                continue
            function, fresh = _wrapped(body, given)
            grows = loop.place if loop else body.place
            turn = "Each iteration of this loop" if loop else "Each call of this function"
            yield self.report(
                site.place,
                RelatedPlace(grows, f"{turn} registers one more."),
                certainty=Certainty.SURE if loop and body.name is None else Certainty.LIKELY,
                severity=None if fresh else Severity.INFORMATION,
                function=function,
            )


def _repeating_loop(site: CallSite) -> Loop | None:
    """The innermost loop, where it has more than a few rounds."""
    loop = site.loops[-1] if site.loops else None
    if loop is None or (loop.trips is not None and loop.trips <= _FEW):
        return None
    return loop


def _runs_often(body: BodyFacts) -> bool:
    """Whether a function of the file runs in a loop, or for each batch."""
    return body.name is not None and (body.called_in_loop() or body.rhythm >= Rhythm.EPOCH)


def _wrapped(body: BodyFacts, given: Argument) -> tuple[str, bool]:
    """What is wrapped, and whether it is a new function with each call."""
    path, function = given.path, given.value.definition
    if path is None:
        return "the new function", True
    local = function is not None and function.parent is body.definition and body.name is not None
    bound = given.value.kind is Kind.FUNCTION and "." in path
    return f"`{shown(path)}`", local or bound or given.value.constant is not None
