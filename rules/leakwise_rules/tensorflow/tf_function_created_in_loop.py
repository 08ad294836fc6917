"""LT005 tf-function-created-in-loop."""

from collections.abc import Iterator

from leakwise.facts import (
    BodyFacts,
    CallSite,
    Certainty,
    Condition,
    Event,
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
from leakwise_rules.batches import may_differ
from leakwise_rules.wording import shown

_TF_FUNCTION = "tensorflow.function"
_FEW = 3


class TfFunctionCreatedInLoop(Rule):
    """A `tf.function` is made anew in every round of a loop, or on every call.

    ## Why it leaks

    Each `tf.function` object traces its own graphs and shares them with no other one. Made in a
    loop, it is traced again in every round; the graphs refer to each other in circles, and only
    Python's cyclic collector frees them. They stay for ever where the objects are kept.

    With TensorFlow 2.21, 100 rounds left 100 function graphs with the collector off and one with
    it on; kept in a dict they were 100 graphs and 16.8 MiB. A function that is made on every call
    was 40 times slower. Earlier versions did not give the memory back.

    ## Best practice

    Create each `tf.function` once: at the top of the file, in `__init__`, or in front of the loop.
    Hand what changes to it as tensors.

    ## When it is not a leak

    A decorated function at the top of a file or in a class is made once. A factory that is called
    once, or that keeps what it made, is fine, and so is one function for each of several models.
    """

    code = "LT005"
    name = "tf-function-created-in-loop"
    message = (
        "`{function}` becomes a new `tf.function` in every {turn} and is traced again; "
        "create it once and reuse it."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.REPEATED_CONSTRUCTION
    general_smell = GeneralSmell.CONSTRUCT_INSIDE_LOOP
    practices = (
        Practice(
            "BP54",
            "Create each `tf.function` once, outside loops and per-call code, and reuse it.",
        ),
    )
    links = (
        Link(
            "TensorFlow: better performance with tf.function",
            "https://www.tensorflow.org/guide/function",
        ),
        Link(
            "Memory that rises with each decorated train function",
            "https://github.com/tensorflow/tensorflow/issues/62854",
        ),
        Link(
            "A tf.function made inside another function",
            "https://github.com/tensorflow/tensorflow/issues/50379",
        ),
    )
    examples = (
        Example(
            bad="""
                import tensorflow as tf

                def fit(model, data, opt, loss_fn):
                    for x, y in data:
                        @tf.function
                        def step(x, y):  # leak
                            with tf.GradientTape() as tape:
                                loss = loss_fn(y, model(x, training=True))
                            grads = tape.gradient(loss, model.trainable_variables)
                            opt.apply_gradients(zip(grads, model.trainable_variables))

                        step(x, y)
            """,
            good="""
                import tensorflow as tf

                def fit(model, data, opt, loss_fn):
                    @tf.function
                    def step(x, y):
                        with tf.GradientTape() as tape:
                            loss = loss_fn(y, model(x, training=True))
                        grads = tape.gradient(loss, model.trainable_variables)
                        opt.apply_gradients(zip(grads, model.trainable_variables))
                    for x, y in data:
                        step(x, y)
            """,
        ),
        Example(
            bad="""
                import tensorflow as tf

                def norm(x):
                    return tf.sqrt(tf.reduce_sum(x * x))

                for epoch in range(100):
                    fast = tf.function(norm)  # leak
                    print(epoch, fast(weights))
            """,
            good="""
                import tensorflow as tf

                def norm(x):
                    return tf.sqrt(tf.reduce_sum(x * x))

                fast = tf.function(norm)
                for epoch in range(100):
                    print(epoch, fast(weights))
            """,
        ),
        Example(
            bad="""
                import tensorflow as tf
                from tensorflow import keras

                class Saliency(keras.callbacks.Callback):
                    def __init__(self, images):
                        super().__init__()
                        self.images = images

                    def on_train_batch_end(self, batch, logs=None):
                        @tf.function(jit_compile=True)
                        def score(images):  # leak
                            return self.model(images, training=False)

                        tf.summary.histogram("scores", score(self.images), step=batch)
            """,
            good="""
                import tensorflow as tf
                from tensorflow import keras

                class Saliency(keras.callbacks.Callback):
                    def __init__(self, images):
                        super().__init__()
                        self.images = images

                    @tf.function(jit_compile=True)
                    def score(self, images):
                        return self.model(images, training=False)

                    def on_train_batch_end(self, batch, logs=None):
                        tf.summary.histogram("scores", self.score(self.images), step=batch)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf

                class Ranker:
                    def __init__(self, network):
                        self.network = network

                    def predict(self, offers):
                        @tf.function
                        def run(rows):  # leak
                            return self.network(rows, training=False)

                        return run(tf.constant(offers)).numpy()
            """,
            good="""
                import tensorflow as tf

                class Ranker:
                    def __init__(self, network):
                        self.network = network

                    @tf.function(reduce_retracing=True)
                    def run(self, rows):
                        return self.network(rows, training=False)

                    def predict(self, offers):
                        return self.run(tf.constant(offers)).numpy()
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="Each call makes one of the network that it is given.",
            code="""
                import tensorflow as tf

                def freeze(network, rows):
                    return tf.function(lambda x: network(x)).get_concrete_function(rows).graph
            """,
        ),
        Negative(
            why="It is made once, at the top of the file.",
            code="""
                import tensorflow as tf

                @tf.function
                def step(x):
                    return tf.reduce_sum(x)

                for batch in batches:
                    step(batch)
            """,
        ),
        Negative(
            why="A factory makes the step, and is called once.",
            code="""
                import tensorflow as tf

                def make_step(model):
                    @tf.function
                    def step(x):
                        return model(x)
                    return step

                step = make_step(model)
                for batch in batches:
                    step(batch)
            """,
        ),
        Negative(
            why="It is made on its first use, and kept.",
            code="""
                import tensorflow as tf

                class Runner:
                    def __init__(self, model):
                        self.model = model
                        self._fast = None

                    def run(self, batches):
                        for batch in batches:
                            if self._fast is None:
                                self._fast = tf.function(self.model)
                            self._fast(batch)
            """,
        ),
        Negative(
            why="A decorated method is made once, with its class.",
            code="""
                import tensorflow as tf

                class Runner:
                    @tf.function
                    def step(self, x):
                        return tf.reduce_sum(x)

                    def run(self, batches):
                        for batch in batches:
                            self.step(batch)
            """,
        ),
        Negative(
            why="Each of several networks gets a function of its own.",
            code="""
                import tensorflow as tf

                def compiled(networks):
                    fast = {}
                    for name, network in networks.items():
                        fast[name] = tf.function(network)
                    return fast
            """,
        ),
        Negative(
            why="Two or three stay few.",
            code="""
                import tensorflow as tf

                for jit in (False, True):
                    fast = tf.function(work, jit_compile=jit)
                    print(fast(x))
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        words = body.module.names.words_for((_TF_FUNCTION,))
        if not body.mentions(*words):
            return
        decorated: list[Place] = []
        for made in body.definings:
            facts = body.module.facts(made.function)
            if any(one.name == _TF_FUNCTION for one in facts.decorators):
                decorated.append(made.statement)
                asked = [one for one in body.parameters if facts.mentions(one)]
                if not made.loops and may_differ(body, asked, _FEW):
                    # Each call may need one of its own.
                    continue
                yield from self._found(body, made, made.function.name, made.statement, varies=False)
        for site in body.calls_of(_TF_FUNCTION):
            given = site.argument("func", 0)
            if given is None or any(place.contains(site.place) for place in decorated):
                continue
            varies = any(set(one.varies_in) & set(site.loops) for one in site.arguments)
            of = {(given.path or "").partition(".")[0], *body.captured_by(site)}
            if not site.loops and not of.isdisjoint(body.parameters):
                continue
            name = given.path or (site.bound_to or "function")
            yield from self._found(body, site, name, site.statement, varies=varies)

    def _found(
        self, body: BodyFacts, event: Event, name: str, statement: Place, *, varies: bool
    ) -> Iterator[Report]:
        loop = next((one for one in reversed(event.loops) if not one.is_comprehension), None)
        if loop is None and (event.loops or not _made_per_call(body, event, name)):
            return
        if loop is not None and not _repeats(body, loop, varies=varies):
            return
        if body.condition(event) is not Condition.ALWAYS or body.cache is not None:
            return
        if _is_kept(body, event, name):
            return
        loops = (loop,) if loop else ()
        yield self.report(
            event.place,
            *(RelatedPlace(one.place, "Each iteration makes one more.") for one in loops),
            certainty=Certainty.SURE if loop else Certainty.LIKELY,
            anchors={"statement": (statement,), "loop": tuple(one.place for one in loops)},
            function=shown(name),
            turn="iteration" if loop else "call",
        )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        for loop in finding.anchors["loop"]:
            if edits := context.move_above(finding.anchors["statement"][0], loop):
                yield Fix("Create the function above the loop", edits, Applicability.UNSAFE)


def _repeats(body: BodyFacts, loop: Loop, *, varies: bool) -> bool:
    """Whether a loop makes the same function again: not one for each of several things."""
    if loop.trips is not None and loop.trips <= _FEW:
        return False
    return body.rhythm_of_loop(loop) >= Rhythm.EPOCH or not varies


def _made_per_call(body: BodyFacts, made: Event, name: str) -> bool:
    """Whether a function that makes one, and calls it itself, runs again and again, and does not
    give it away."""
    bound = made.bound_to if isinstance(made, CallSite) else None
    names = {name, bound}
    calls = [
        site for site in body.call_sites if site.callee in names or site.value.origin == made.place
    ]
    if body.name in (None, "__init__") or not calls or _is_traced(body, 2):
        return False
    # What only a loop calls serves for all that one call of the function goes through.
    for_all = all(site.loops for site in calls)
    if body.rhythm < Rhythm.EPOCH and (for_all or not body.asked_again) and not body.repetitions:
        return False
    given = body.result.returns
    if given is not None and given.kind in {Kind.TF_FUNCTION, Kind.FUNCTION}:
        return False
    return not any(body.gives_away(one) for one in names if one is not None)


def _is_traced(body: BodyFacts, deep: int) -> bool:
    """Whether TensorFlow traces a function, or one that calls it, so that it seldom runs."""
    callers = body.callers() if deep else ()
    return body.is_traced or any(_is_traced(one, deep - 1) for one in callers)


def _is_kept(body: BodyFacts, event: Event, name: str) -> bool:
    """Whether something outside of the loop or the call may hold one function for each round."""
    return any(
        one.stored.origin == event.place
        or (one.stored.definition is not None and one.stored.definition.name == name)
        for one in body.keepings
    )
