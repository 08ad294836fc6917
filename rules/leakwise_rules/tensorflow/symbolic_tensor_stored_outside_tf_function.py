"""LT007 symbolic-tensor-stored-outside-tf-function."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Keeping, Storing, Value
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
from leakwise_rules.keepers import in_known_container
from leakwise_rules.wording import is_attribute, shown

_LEAVE_THE_GRAPH = ("py_function", "numpy_function", "py_func", "map")


class SymbolicTensorStoredOutsideTfFunction(Rule):
    """A `tf.function` puts tensors into a list or a variable that lives outside of it.

    ## Why it leaks

    The code of a `tf.function` runs when TensorFlow traces it, and its tensors are symbolic then:
    each belongs to the graph of that trace. What keeps one outside keeps that whole graph. It is
    wrong besides: calls that are not traced put nothing there.

    A function of three operations that appended its result to a list left 50 symbolic tensors, and
    50 graphs, after 50 traces. The growth is that of the traces; a name or an attribute that the
    next trace assigns again holds one graph, and that is shown as information.

    ## Best practice

    Return what is wanted, and store it where the function is called. Inside, use a `tf.TensorArray`
    or assign to a `tf.Variable`.

    ## When it is not a leak

    A list that the function makes, fills and returns goes with its trace. So do the assignments of
    a `tf.Variable` and the updates of a metric. Code in a `tf.py_function` gets real tensors, and
    with `run_eagerly` nothing is traced at all.
    """

    code = "LT007"
    name = "symbolic-tensor-stored-outside-tf-function"
    message = (
        "`{holder}` keeps `{value}`, a symbolic tensor, with the graph of {traces} of the "
        "`tf.function`; return it."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.HIDDEN_REFERENCE
    general_smell = GeneralSmell.UNBOUNDED_COLLECTION
    akin = ("LP017",)
    practices = (
        Practice(
            "BP56",
            "Return what you need from a `tf.function` and store it outside, or use "
            "`tf.TensorArray` or `tf.Variable` inside.",
        ),
    )
    links = (
        Link(
            "TensorFlow: better performance with tf.function, leaking tensors",
            "https://www.tensorflow.org/guide/function",
        ),
        Link(
            "Out of memory by retracing, where each kept trace adds to it",
            "https://github.com/tensorflow/tensorflow/issues/31842",
        ),
    )
    examples = (
        Example(
            bad="""
                import tensorflow as tf

                layer = tf.keras.layers.Dense(8)
                seen = []

                @tf.function
                def forward(x):
                    h = layer(x)
                    seen.append(h)  # leak
                    return h

                for x in data:
                    forward(x)
            """,
            good="""
                import tensorflow as tf

                layer = tf.keras.layers.Dense(8)

                @tf.function
                def forward(x):
                    h = layer(x)
                    return h

                seen = []
                for x in data:
                    seen.append(forward(x).numpy())
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf

                class Trainer:
                    def __init__(self, model, optimizer):
                        self.model = model
                        self.optimizer = optimizer
                        self.losses = []

                    @tf.function(jit_compile=True)
                    def step(self, x, y):
                        with tf.GradientTape() as tape:
                            loss = tf.reduce_mean(tf.square(self.model(x) - y))
                        grads = tape.gradient(loss, self.model.trainable_variables)
                        self.optimizer.apply_gradients(zip(grads, self.model.trainable_variables))
                        self.losses.append(loss)  # leak
            """,
            good="""
                import tensorflow as tf

                class Trainer:
                    def __init__(self, model, optimizer):
                        self.model = model
                        self.optimizer = optimizer
                        self.loss = tf.keras.metrics.Mean()

                    @tf.function(jit_compile=True)
                    def step(self, x, y):
                        with tf.GradientTape() as tape:
                            loss = tf.reduce_mean(tf.square(self.model(x) - y))
                        grads = tape.gradient(loss, self.model.trainable_variables)
                        self.optimizer.apply_gradients(zip(grads, self.model.trainable_variables))
                        self.loss.update_state(loss)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf

                last = None

                def score(query, documents):
                    global last
                    weights = tf.nn.softmax(tf.linalg.matvec(documents, query))
                    last = weights  # leak
                    return tf.reduce_max(weights)

                fast_score = tf.function(score)
            """,
            good="""
                import tensorflow as tf

                def score(query, documents):
                    weights = tf.nn.softmax(tf.linalg.matvec(documents, query))
                    return tf.reduce_max(weights), weights

                fast_score = tf.function(score)
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="The list is made, filled and returned in the function.",
            code="""
                import tensorflow as tf

                @tf.function
                def unroll(x):
                    states = []
                    for _ in range(4):
                        x = tf.tanh(x)
                        states.append(x)
                    return tf.stack(states)
            """,
        ),
        Negative(
            why="A variable, a `TensorArray` and a metric take values, not tensors.",
            code="""
                import tensorflow as tf

                total = tf.Variable(0.0)
                mean = tf.keras.metrics.Mean()

                @tf.function
                def step(xs):
                    total.assign_add(tf.reduce_sum(xs))
                    mean.update_state(xs)
                    out = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
                    for i in tf.range(4):
                        out = out.write(i, xs[i])
                    return out.stack()
            """,
        ),
        Negative(
            why="Code in a `py_function` gets real tensors.",
            code="""
                import tensorflow as tf

                seen = []

                def note(x):
                    seen.append(float(tf.reduce_sum(x)))
                    return x

                @tf.function
                def step(x):
                    def log(value):
                        seen.append(tf.reduce_max(value))
                        return value
                    tf.py_function(log, [x], tf.float32)
                    return tf.py_function(note, [x], tf.float32)
            """,
        ),
        Negative(
            why="Nothing is traced.",
            code="""
                import tensorflow as tf

                tf.config.run_functions_eagerly(True)
                shapes, sums = [], []

                @tf.function
                def step(x):
                    sums.append(tf.reduce_sum(x))
                    return x
            """,
        ),
        Negative(
            why="Traces are counted, and shapes are plain numbers.",
            code="""
                import tensorflow as tf

                traces = []

                @tf.function
                def step(x):
                    traces.append(1)
                    traces.append(x.shape)
                    return x * 2
            """,
        ),
        Negative(
            why="What is stored is put back while the same trace runs.",
            code="""
                import tensorflow as tf

                class Decoder(tf.Module):
                    def __init__(self):
                        self.parts = []

                    @tf.function
                    def decode(self, x):
                        self.parts.append(tf.nn.relu(x))
                        y = tf.concat(self.parts, axis=0)
                        self.parts.clear()
                        return y
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if body.name is None or not body.is_traced or body.handed_to(*_LEAVE_THE_GRAPH):
            return
        for event in body.keepings:
            holder = body.holder(event)
            if in_known_container(event) and holder is not None and not holder.bounded:
                yield from self._kept(body, event, event.holder, event.stored, event.stored_text)
        for storing in body.storings:
            text = storing.value_text or storing.path
            yield from self._kept(body, storing, storing.path, storing.value, text)

    def _kept(
        self, body: BodyFacts, event: Keeping | Storing, path: str, value: Value, text: str
    ) -> Iterator[Report]:
        certainty = body.tensor_in_trace(value)
        if certainty is None or is_attribute(text) or not body.outlives_trace(path):
            return
        if body.is_keras_step and path.startswith(f"{body.instance_name}."):
            # What layers and models keep of their own is another smell.
            return
        grows = isinstance(event, Keeping)
        yield self.report(
            event.place,
            RelatedPlace(body.place, "TensorFlow traces the code of this function."),
            certainty=certainty,
            severity=None if grows else Severity.INFORMATION,
            holder=shown(path, 20),
            value=shown(text, 20),
            traces="every trace" if grows else "the last trace",
        )
