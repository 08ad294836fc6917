"""LT009 session-never-closed."""

from collections.abc import Iterator

from leakwise.facts import Acquisition, BodyFacts
from leakwise.rule import (
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
from leakwise_rules.releases import (
    close_anchors,
    close_fixes,
    kept_by_object,
    leak_path,
    lost,
    repeated,
)
from leakwise_rules.wording import shown

_SESSION, _INTERACTIVE = "session", "interactive session"


class SessionNeverClosed(Rule):
    """A session of TensorFlow 1 is kept and never closed.

    ## Why it leaks

    A `Session` holds the memory of its graph's variables, threads, and memory of the GPU, until it
    is closed or nothing refers to it any more. 40 kept sessions with a variable of 1 MB each held
    44 MiB, and 0.8 MiB once they were closed. An `InteractiveSession` makes itself the default
    session, and is held by that until `close()` is called.

    ## Best practice

    Open sessions in a `with` statement, or give the object that owns one a `close()` that closes
    it.

    ## When it is not a leak

    One session for the whole script. A local session that ends with its function closes itself. A
    session whose class closes it in `close()`, `__exit__` or `__del__`.
    """

    code = "LT009"
    name = "session-never-closed"
    message = (
        "The session that `{callee}` opens is kept {by} and never closed: its variables and "
        "threads stay; use `with`."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.UNRELEASED_HANDLE
    general_smell = GeneralSmell.OPEN_WITHOUT_CLOSE
    practices = (
        Practice(
            "BP59",
            "Open sessions in a `with` statement, or give the owner a `close()` that closes them.",
        ),
    )
    links = (
        Link(
            "TensorFlow: tf.compat.v1.Session",
            "https://www.tensorflow.org/api_docs/python/tf/compat/v1/Session",
        ),
        Link(
            "Sessions and operations for each iteration",
            "https://github.com/tensorflow/tensorflow/issues/700",
        ),
        Link(
            "A fresh graph and a `with` for each batch, in Turi Create",
            "https://github.com/apple/turicreate/pull/2728",
        ),
        Link(
            "A service that never closes its session",
            "https://github.com/tensorflow/tensorflow/issues/19969",
        ),
        Link(
            "Slower with each run, without a close, in CharCNN",
            "https://github.com/mhjabreel/CharCNN/issues/10",
        ),
    )
    examples = (
        Example(
            bad="""
                import tensorflow as tf

                class Scorer:
                    def __init__(self, build):
                        self.graph = tf.Graph()
                        with self.graph.as_default():
                            self.out = build()
                            self.sess = tf.compat.v1.Session(graph=self.graph)  # leak

                scorers = [Scorer(b) for b in builders]
            """,
            good="""
                import tensorflow as tf

                class Scorer:
                    def __init__(self, build):
                        self.graph = tf.Graph()
                        with self.graph.as_default():
                            self.out = build()
                            self.sess = tf.compat.v1.Session(graph=self.graph)

                    def close(self):
                        self.sess.close()

                scorers = [Scorer(b) for b in builders]
                for s in scorers:
                    s.close()
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow.compat.v1 as tf

                def evaluate(graphs, feed):
                    scores = []
                    for graph in graphs:
                        sess = tf.InteractiveSession(graph=graph)  # leak
                        scores.append(sess.run("score:0", feed))
                    return scores
            """,
            good="""
                import tensorflow.compat.v1 as tf

                def evaluate(graphs, feed):
                    scores = []
                    for graph in graphs:
                        sess = tf.InteractiveSession(graph=graph)
                        scores.append(sess.run("score:0", feed))
                        sess.close()
                    return scores
            """,
        ),
        Example(
            bad="""
                import tensorflow as tf

                sessions = []
                for path in models:
                    graph = load_graph(path)
                    sessions.append(tf.compat.v1.Session(graph=graph))  # leak
                    print(sessions[-1].run("score:0"))
            """,
            good="""
                import tensorflow as tf

                for path in models:
                    graph = load_graph(path)
                    with tf.compat.v1.Session(graph=graph) as session:
                        print(session.run("score:0"))
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="The `with` statement closes the session.",
            code="""
                import tensorflow as tf

                for graph in graphs:
                    with tf.compat.v1.Session(graph=graph) as sess:
                        print(sess.run("score:0"))
            """,
        ),
        Negative(
            why="There is one session for the whole script.",
            code="""
                import tensorflow.compat.v1 as tf

                sess = tf.InteractiveSession()
                sess.run(tf.global_variables_initializer())
                for step in range(1000):
                    sess.run("train")
            """,
        ),
        Negative(
            why="The class closes its session.",
            code="""
                import tensorflow as tf

                class Scorer:
                    def __init__(self, graph):
                        self.sess = tf.compat.v1.Session(graph=graph)

                    def __del__(self):
                        self.sess.close()

                scorers = [Scorer(graph) for graph in graphs]
            """,
        ),
        Negative(
            why="A local session closes itself where its name ends.",
            code="""
                import tensorflow as tf

                def score(graph, feed):
                    sess = tf.compat.v1.Session(graph=graph)
                    return sess.run("score:0", feed)

                for graph in graphs:
                    print(score(graph, feed))
            """,
        ),
        Negative(
            why="A base class that is not known here may close it.",
            code="""
                import tensorflow as tf
                from models import Base

                class Scorer(Base):
                    def __init__(self, graph):
                        self.sess = tf.compat.v1.Session(graph=graph)

                scorers = [Scorer(graph) for graph in graphs]
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for taken, fate in lost(body, _SESSION, _INTERACTIVE):
            again, loop = repeated(body, taken)
            interactive = taken.resource.noun == _INTERACTIVE
            by_object = kept_by_object(fate)
            answers = loop is None and not fate.once and body.name != "__init__"
            again = again or (answers and body.asked_again)
            # Whoever asks a method to open one more, by a name, keeps all of them.
            own = answers and taken.gathered and body.may_be_asked_again
            many_objects = by_object and body.class_ is not None and body.class_.made_in_loop
            if not (by_object or own or (again and (taken.gathered or interactive))):
                continue
            grows = many_objects or (again and not _replaced(taken))
            yield self.report(
                taken.place,
                *leak_path(body, taken, loop),
                certainty=taken.what.certainty,
                severity=None if grows else Severity.INFORMATION,
                anchors=close_anchors(taken, loop),
                notes={"session": taken.bound_to or ""},
                callee=shown(taken.callee),
                by=_holder(taken, by_object=by_object),
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        yield from close_fixes(finding, context, finding.notes["session"])


def _replaced(taken: Acquisition) -> bool:
    """Whether each one takes the place of the last, which then closes itself."""
    return taken.resource.freed_when_dropped and not taken.gathered


def _holder(taken: Acquisition, *, by_object: bool) -> str:
    if by_object:
        return f"by `{shown(taken.kept_at[0])}`"
    return "as the default" if taken.resource.noun == _INTERACTIVE else "in a container"
