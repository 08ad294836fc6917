"""LT017 summary-writer-not-closed."""

from collections.abc import Iterator

from leakwise.facts import Acquisition, BodyFacts, Certainty
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
from leakwise_rules.releases import close_anchors, close_fixes, leak_path, lost, repeated
from leakwise_rules.wording import shown

_NOUN = "summary writer"
_OF_TENSORFLOW = "tensorflow."
_FITS = ("fit", "partial_fit", "fit_generator", "fit_transform")


class SummaryWriterNotClosed(Rule):
    """Writers of `tf.summary` are made again and again and not closed.

    ## Why it leaks

    Each writer of TensorFlow holds an event file, a queue and a thread until it is closed.
    `with writer.as_default()` only selects it; leaving the block closes nothing. 20 writers that
    were kept held 20 descriptors. A writer of TensorFlow 2 whose name is bound anew closes by
    itself; a `FileWriter` of TensorFlow 1 does not.

    ## Best practice

    Close each writer when its run ends: `writer.close()`.

    ## When it is not a leak

    One writer for a script, or one that the class closes. The TensorBoard callback of Keras looks
    after its own.
    """

    code = "LT017"
    name = "summary-writer-not-closed"
    message = (
        "Each {turn} leaves the writer of `{callee}` open, with its event file and its thread; "
        "`close()` {which}."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.UNRELEASED_HANDLE
    general_smell = GeneralSmell.OPEN_WITHOUT_CLOSE
    akin = ("LP031",)
    practices = (
        Practice(
            "BP67", "Close each summary writer when its run ends; `as_default()` only selects it."
        ),
    )
    links = (
        Link(
            "TensorFlow: tf.summary.create_file_writer",
            "https://www.tensorflow.org/api_docs/python/tf/summary/create_file_writer",
        ),
        Link(
            "Too many open files: flushed, never closed, in stable-baselines",
            "https://github.com/hill-a/stable-baselines/issues/855",
        ),
        Link(
            "No more handles after a thousand fits, in TFLearn",
            "https://github.com/tflearn/tflearn/pull/418",
        ),
        Link(
            "The callback never closed its file, in Keras",
            "https://github.com/keras-team/keras/issues/4533",
        ),
        Link(
            "A graph and a writer made again and again",
            "https://github.com/tensorflow/tensorflow/issues/26684",
        ),
    )
    examples = (
        Example(
            bad="""
                import tensorflow as tf

                writers = {}
                for run in runs:
                    writers[run] = tf.summary.create_file_writer(f"logs/{run}")  # leak
                    with writers[run].as_default():
                        tf.summary.scalar("score", evaluate(run), step=0)
            """,
            good="""
                import tensorflow as tf

                for run in runs:
                    writer = tf.summary.create_file_writer(f"logs/{run}")
                    with writer.as_default():
                        tf.summary.scalar("score", evaluate(run), step=0)
                    writer.close()
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf

                def search(grid):
                    writers = []
                    for rate in grid:
                        writer = tf.summary.create_file_writer(f"logs/{rate}")  # leak
                        writers.append(writer)
                        with writer.as_default():
                            tf.summary.scalar("score", train(rate), step=0)
            """,
            good="""
                import tensorflow as tf

                def search(grid):
                    writers = []
                    for rate in grid:
                        writer = tf.summary.create_file_writer(f"logs/{rate}")
                        writers.append(writer)
                        with writer.as_default():
                            tf.summary.scalar("score", train(rate), step=0)
                        writer.close()
            """,
        ),
        Example(
            bad="""
                import tensorflow.compat.v1 as tf

                class Trainer:
                    def __init__(self, graph, folder):
                        self.graph, self.folder = graph, folder

                    def fit(self, steps):
                        log = tf.summary.FileWriter(self.folder, self.graph)  # leak
                        for step in range(steps):
                            log.add_summary(self.step(), step)

                    def step(self):
                        return summarize(self.graph)

                trainer = Trainer(graph, "logs")
                for fold in range(10):
                    trainer.fit(1000)
            """,
            good="""
                import tensorflow.compat.v1 as tf

                class Trainer:
                    def __init__(self, graph, folder):
                        self.graph, self.folder = graph, folder

                    def fit(self, steps):
                        with tf.summary.FileWriter(self.folder, self.graph) as log:
                            for step in range(steps):
                                log.add_summary(self.step(), step)

                    def step(self):
                        return summarize(self.graph)

                trainer = Trainer(graph, "logs")
                for fold in range(10):
                    trainer.fit(1000)
            """,
        ),
        Example(
            bad="""
                import tensorflow.compat.v1 as tf

                class Regressor:
                    def fit(self, x, y):
                        self.log = tf.summary.FileWriter("logs", tf.get_default_graph())  # leak
                        for step, summary in enumerate(self.steps(x, y)):
                            self.log.add_summary(summary, step)

                    def steps(self, x, y):
                        return summaries_of(x, y)
            """,
            good="""
                import tensorflow.compat.v1 as tf

                class Regressor:
                    def fit(self, x, y):
                        self.log = tf.summary.FileWriter("logs", tf.get_default_graph())
                        for step, summary in enumerate(self.steps(x, y)):
                            self.log.add_summary(summary, step)
                        self.log.close()

                    def steps(self, x, y):
                        return summaries_of(x, y)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow.compat.v1 as tf

                class Fitter:
                    def __init__(self, tasks, folder):
                        self.tasks, self.folder = tasks, folder

                    def fit(self, inputs):
                        self.events = tf.summary.FileWriter(self.folder)  # leak
                        for task in self.tasks:
                            task.prepare(inputs, 0.1, self.events)
                            task.run()

                class Task:
                    def prepare(self, inputs, rate, events):
                        self.inputs, self.rate = inputs, rate
                        self.events = events

                    def run(self):
                        self.events.add_summary(train(self.inputs, self.rate))
            """,
            good="""
                import tensorflow.compat.v1 as tf

                class Fitter:
                    def __init__(self, tasks, folder):
                        self.tasks, self.folder = tasks, folder

                    def fit(self, inputs):
                        with tf.summary.FileWriter(self.folder) as events:
                            for task in self.tasks:
                                task.prepare(inputs, 0.1, events)
                                task.run()

                class Task:
                    def prepare(self, inputs, rate, events):
                        self.inputs, self.rate = inputs, rate
                        self.events = events

                    def run(self):
                        self.events.add_summary(train(self.inputs, self.rate))
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="The writer is closed at the end of each run.",
            code="""
                import tensorflow as tf

                for run in runs:
                    writer = tf.summary.create_file_writer(f"logs/{run}")
                    with writer.as_default():
                        tf.summary.scalar("score", evaluate(run), step=0)
                    writer.close()
            """,
        ),
        Negative(
            why="A writer of TensorFlow 2 closes by itself when its name is bound anew.",
            code="""
                import tensorflow as tf

                for run in runs:
                    writer = tf.summary.create_file_writer(f"logs/{run}")
                    with writer.as_default():
                        tf.summary.scalar("score", evaluate(run), step=0)
            """,
        ),
        Negative(
            why="There is one writer for the whole script.",
            code="""
                import tensorflow.compat.v1 as tf

                writer = tf.summary.FileWriter("logs")
                for step in range(1000):
                    writer.add_summary(train_step(), step)
            """,
        ),
        Negative(
            why="The context manager closes the writer.",
            code="""
                import tensorflow.compat.v1 as tf

                for run in runs:
                    with tf.summary.FileWriter(f"logs/{run}") as writer:
                        writer.add_summary(evaluate(run), 0)
            """,
        ),
        Negative(
            why="The class closes its writers.",
            code="""
                import tensorflow as tf

                class Logs:
                    def __init__(self, runs):
                        self.writers = {}
                        for run in runs:
                            self.writers[run] = tf.summary.create_file_writer(f"logs/{run}")

                    def close(self):
                        for writer in self.writers.values():
                            writer.close()
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for taken, fate in lost(body, _NOUN, likely=True):
            if not (taken.what.name or "").startswith(_OF_TENSORFLOW):
                continue
            again, loop = repeated(body, taken)
            again = again or _at_each_fit(body, taken)
            replaced = taken.resource.freed_when_dropped and not taken.gathered
            if not again or replaced:
                continue
            certainty = taken.what.certainty
            yield self.report(
                taken.place,
                *leak_path(body, taken, loop),
                certainty=certainty if fate.lost else certainty.weaker(Certainty.LIKELY),
                anchors=close_anchors(taken, loop, gathered_too=True),
                notes={"writer": taken.bound_to or ""},
                turn="iteration" if loop else "call",
                callee=shown(taken.callee),
                which="them" if taken.gathered else "it",
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        yield from close_fixes(finding, context, finding.notes["writer"])


def _at_each_fit(body: BodyFacts, taken: Acquisition) -> bool:
    """Whether an estimator, which may be fitted several times, puts another one on itself at each
    fit."""
    own = body.instance_name is not None and any(
        path.startswith(f"{body.instance_name}.") for path in taken.kept_at
    )
    return own and (body.name or "") in _FITS
