"""LT008 graph-ops-added-in-session-loop."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Certainty, Condition, Loop, Place
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
from leakwise_rules.evaluation import is_unit_test
from leakwise_rules.wording import shown

_FEW = 3
_UPDATES = ("assign", "assign_add", "assign_sub")


class GraphOpsAddedInSessionLoop(Rule):
    """Operations are added to the graph in a loop that runs a session.

    ## Why it leaks

    In graph mode a call such as `tf.assign` computes nothing. It adds operations to the graph,
    which keeps them for good. In a loop the graph grows with each iteration, and each `run` gets
    slower, since the session has to take in the grown graph.

    One `tf.assign` in a loop of 200 iterations took the graph from 12 to 612 operations and the
    loop from 0.14 s to 6.1 s.

    ## Best practice

    Build every operation before the loop, and feed what changes through placeholders. Call
    `sess.graph.finalize()` in front of the loop: an operation that is added behind it raises at
    once.

    ## When it is not a leak

    What NumPy computes of the results of `run` adds nothing. A loop that begins a new graph in each
    iteration, or resets the default one, leaves the old one behind. In eager mode there is no graph
    to grow.
    """

    code = "LT008"
    name = "graph-ops-added-in-session-loop"
    message = (
        "`{operation}` adds operations to the session's graph in every {turn}, and nothing removes "
        "them; build it once before."
    )
    severity = Severity.ERROR
    since = "0.1.0"
    root_cause = RootCause.REPEATED_CONSTRUCTION
    general_smell = GeneralSmell.CONSTRUCT_INSIDE_LOOP
    practices = (
        Practice(
            "BP57",
            "Build every op before the loop and feed changing values through placeholders.",
        ),
        Practice(
            "BP58",
            "Call `graph.finalize()` before the loop so that a forgotten op fails at once.",
        ),
    )
    links = (
        Link(
            "TensorFlow: tf.Graph.finalize",
            "https://www.tensorflow.org/api_docs/python/tf/Graph#finalize",
        ),
        Link(
            "Assign ops made at each target update, in Ray",
            "https://github.com/ray-project/ray/pull/5979",
        ),
        Link(
            "A softmax that added a node per call, in ben",
            "https://github.com/lorserker/ben/pull/15",
        ),
        Link(
            "Indexing inside sess.run adds an op each time",
            "https://github.com/tensorflow/tensorflow/issues/7127",
        ),
        Link(
            "A learning-rate op built in the loop",
            "https://github.com/tensorflow/tensorflow/issues/10408",
        ),
    )
    examples = (
        Example(
            bad="""
                import tensorflow as tf

                with tf.compat.v1.Session() as sess:
                    sess.run(tf.compat.v1.global_variables_initializer())
                    for step in range(steps):
                        sess.run(tf.compat.v1.assign(lr, 0.1 / (step + 1)))  # leak
                        sess.run(train_op)
            """,
            good="""
                import tensorflow as tf

                lr_in = tf.compat.v1.placeholder(tf.float32, [])
                set_lr = tf.compat.v1.assign(lr, lr_in)
                with tf.compat.v1.Session() as sess:
                    sess.run(tf.compat.v1.global_variables_initializer())
                    sess.graph.finalize()
                    for step in range(steps):
                        sess.run(set_lr, {lr_in: 0.1 / (step + 1)})
                        sess.run(train_op)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow.compat.v1 as tf

                tf.disable_v2_behavior()
                source = tf.get_variable("source", [16])
                target = tf.get_variable("target", [16])

                def train(sess, batches):
                    for batch in batches:
                        copy = target.assign(source)  # leak
                        sess.run(copy)
            """,
            good="""
                import tensorflow.compat.v1 as tf

                tf.disable_v2_behavior()
                source = tf.get_variable("source", [16])
                target = tf.get_variable("target", [16])

                def train(sess, batches):
                    copy = target.assign(source)
                    for batch in batches:
                        sess.run(copy)
            """,
        ),
        Example(
            bad="""
                import tensorflow as tf

                class Scorer:
                    def __init__(self, scores):
                        self.sess = tf.compat.v1.Session()
                        self.scores = scores

                    def score(self, query):
                        return self.sess.run(tf.nn.softmax(self.scores(query)))  # leak

                    def close(self):
                        self.sess.close()
            """,
            good="""
                import tensorflow as tf

                class Scorer:
                    def __init__(self, scores):
                        self.sess = tf.compat.v1.Session()
                        self.query = tf.compat.v1.placeholder(tf.float32, [None])
                        self.ranked = tf.nn.softmax(scores(self.query))

                    def score(self, query):
                        return self.sess.run(self.ranked, {self.query: query})

                    def close(self):
                        self.sess.close()
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow.compat.v1 as tf

                logits = tf.nn.softmax(tf.placeholder(tf.float32, [None, 10]))
                with tf.Session() as sess:
                    for index in range(10_000):
                        print(sess.run(logits[index]))  # leak
            """,
            good="""
                import tensorflow.compat.v1 as tf

                logits = tf.nn.softmax(tf.placeholder(tf.float32, [None, 10]))
                with tf.Session() as sess:
                    for row in sess.run(logits):
                        print(row)
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="The operations are built before the loop, and fed.",
            code="""
                import tensorflow.compat.v1 as tf

                x = tf.placeholder(tf.float32, [None, 4])
                loss = tf.reduce_mean(tf.square(x))
                train_op = tf.train.AdamOptimizer(1e-3).minimize(loss)
                with tf.Session() as sess:
                    sess.run(tf.global_variables_initializer())
                    for batch in batches:
                        sess.run([train_op, loss], feed_dict={x: batch})
            """,
        ),
        Negative(
            why="The loop builds the graph and runs nothing.",
            code="""
                import tensorflow.compat.v1 as tf

                x = tf.placeholder(tf.float32, [None, 4])
                h = x
                for units in sizes:
                    h = tf.layers.dense(h, units)
                with tf.Session() as sess:
                    sess.run(tf.global_variables_initializer())
                    print(sess.run(h, {x: data}))
            """,
        ),
        Negative(
            why="Each iteration has a graph of its own.",
            code="""
                import tensorflow as tf

                for path in paths:
                    with tf.Graph().as_default(), tf.compat.v1.Session() as sess:
                        image = tf.image.decode_jpeg(tf.io.read_file(path))
                        save(sess.run(tf.image.resize(image, [64, 64])))
            """,
        ),
        Negative(
            why="Eager mode has no graph that grows.",
            code="""
                import tensorflow as tf

                for batch in batches:
                    print(tf.nn.softmax(batch), session.run(tf.constant(1)))
            """,
        ),
        Negative(
            why="The first iteration alone builds it.",
            code="""
                import tensorflow.compat.v1 as tf

                class Agent:
                    def __init__(self):
                        self.sess = tf.Session()
                        self.update = None

                    def learn(self, batches):
                        for batch in batches:
                            if self.update is None:
                                self.update = tf.assign(self.target, self.source)
                            self.sess.run(self.update)
                        self.sess.close()
            """,
        ),
        Negative(
            why="The graph is finalized: an operation that is added raises.",
            code="""
                import tensorflow.compat.v1 as tf

                with tf.Session() as sess:
                    sess.graph.finalize()
                    for step in range(steps):
                        sess.run(tf.assign(lr, 0.1 / (step + 1)))
            """,
        ),
        Negative(
            why="Each of several variables is set once.",
            code="""
                import tensorflow.compat.v1 as tf

                def load(sess, values):
                    for variable, value in zip(tf.trainable_variables(), values):
                        sess.run(variable.assign(value))
                    for variable in tf.trainable_variables():
                        sess.run(tf.assign(variable, variable * 0.5))
            """,
        ),
        Negative(
            why="A function that is called once builds and runs.",
            code="""
                import tensorflow.compat.v1 as tf

                def main(rows):
                    total = tf.reduce_sum(tf.constant(rows))
                    with tf.Session() as sess:
                        return sess.run(tf.square(total))
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        runs = body.session_runs()
        if not runs or body.graph_may_be_finalized or is_unit_test(body):
            return
        certainty = min((one for _, one in runs), key=list(Certainty).index)
        run_sites = [site for site, _ in runs]
        reported: set[Loop | None] = set()
        for place, operation, site in _operations(body, run_sites):
            loop = _growing_loop(body, site, run_sites)
            if loop is None and not (_runs_again(body) or _answers(body, site, run_sites)):
                continue
            if (
                loop in reported
                or body.begins_graph(loop)
                or body.condition(site) is Condition.ONCE
            ):
                continue
            reported.add(loop)
            yield self.report(
                place,
                RelatedPlace(run_sites[0].place, "The session runs the graph here."),
                RelatedPlace(
                    loop.place if loop else body.place,
                    f"Each {'iteration of this loop' if loop else 'call'} adds them again.",
                ),
                certainty=certainty if loop else certainty.weaker(Certainty.LIKELY),
                anchors={
                    "statement": (site.statement,) if site.bound_to else (),
                    "loop": (loop.place,) if loop else (),
                },
                operation=shown(operation, 24),
                turn="iteration" if loop else "call",
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        for loop in finding.anchors["loop"]:
            for statement in finding.anchors["statement"]:
                if edits := context.move_above(statement, loop):
                    yield Fix("Build it above the loop", edits, Applicability.UNSAFE)


def _operations(body: BodyFacts, runs: list[CallSite]) -> Iterator[tuple[Place, str, CallSite]]:
    """The places that add operations, how they are written, and the calls that they are; those
    inside another one left out."""
    found = [site for site in body.call_sites if body.adds_operations(site)]
    for site in found:
        if not any(one is not site and one.place.contains(site.place) for one in found):
            yield site.place, f"{site.callee}", site
    for run in runs:
        fetched = run.argument("fetches", 0)
        if fetched is not None and body.fetches_new_operation(run, fetched):
            called = body.call_at(fetched.place)
            written = "tensor[...]" if called is None else called.callee
            yield fetched.place, fetched.path or written, run


def _growing_loop(body: BodyFacts, site: CallSite, runs: list[CallSite]) -> Loop | None:
    """The outermost loop round an operation that runs a session in the same round."""
    for loop in site.loops:
        few = loop.trips is not None and loop.trips <= _FEW
        # What else such a loop adds, it adds once for each variable, too.
        if few or any(_one_for_each(one, loop) for one in body.call_sites if loop in one.loops):
            continue
        if any(loop in run.loops for run in runs):
            return loop
    return None


def _one_for_each(site: CallSite, loop: Loop) -> bool:
    """Whether a loop updates several variables, each of them once."""
    if site.method:
        return site.method in _UPDATES and loop in site.renewed_in
    updated = site.argument("ref", 0) if site.callee.rpartition(".")[2] in _UPDATES else None
    return updated is not None and loop in updated.varies_in


def _answers(body: BodyFacts, site: CallSite, runs: list[CallSite]) -> bool:
    """Whether a function that is asked again and again runs what it makes for each answer, or a
    method sets something in its object's session to what it is given."""
    if site.loops or body.runs_once_for_graph:
        return False
    given = any(body.is_given(one.value) for one in site.arguments)
    if body.asked_again and (given or body.instance_name is not None or body.answers_requests):
        return any(run is site or body.runs_result(run, site) for run in runs)
    own = f"{body.instance_name}."
    own_runs = [run for run in runs if (run.receiver or "").startswith(own)]
    set_here = any(one.place == site.place for run in own_runs for one in run.arguments[:1])
    up_to_date = site in own_runs and body.updates_by_name
    return ((given and set_here) or up_to_date) and body.may_be_asked_again


def _runs_again(body: BodyFacts) -> bool:
    """Whether a loop of this file calls the function."""
    # A caller that begins a graph in its loop leaves the old one behind.
    return body.name != "__init__" and any(
        not any(body.module.facts(caller).begins_graph() for caller, _ in repetition.calls)
        for repetition in body.repetitions
    )
