"""LT014 from-generator-pipeline-rebuilt."""

from collections.abc import Iterator

from leakwise.facts import (
    BodyFacts,
    CallSite,
    Certainty,
    Condition,
    Loop,
    Place,
    Repetition,
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

_FROM_GENERATOR = "tensorflow.data.Dataset.from_generator"
_FEW = 3


class FromGeneratorPipelineRebuilt(Rule):
    """A data set is made from a Python generator again in every epoch.

    ## Why it leaks

    `from_generator` registers three Python functions with the runtime, which keeps them, and what
    they capture, for as long as the process runs. A data set that is made anew in every epoch adds
    three more each time.

    With TensorFlow 2.21, 40 rebuilt data sets left 120 registered functions and 2.3 MiB, 80 left
    240 and 3.4 MiB, besides what the generators captured. Built once there were none.

    ## Best practice

    Build an input pipeline once, and iterate it in each epoch. Vary it through state that the
    generator reads.

    ## When it is not a leak

    A data set that is built once may be iterated as often as one likes. One for each of a few
    splits or files stays small.
    """

    code = "LT014"
    name = "from-generator-pipeline-rebuilt"
    message = (
        "`from_generator` registers new Python functions in every iteration, and the runtime "
        "keeps them; build the data set once."
    )
    severity = Severity.INFORMATION
    since = "0.1.0"
    root_cause = RootCause.DATA_PIPELINE_REPLICATION
    general_smell = GeneralSmell.CONSTRUCT_INSIDE_LOOP
    practices = (
        Practice(
            "BP64",
            "Build an input pipeline once and iterate it per epoch; vary it through state that the "
            "generator reads.",
        ),
    )
    links = (
        Link(
            "A long report of the leak, with work-arounds",
            "https://github.com/tensorflow/tensorflow/issues/37653",
        ),
        Link(
            "The generator's data that is never released",
            "https://github.com/tensorflow/tensorflow/issues/16163",
        ),
        Link(
            "Memory that rises with each epoch's data set",
            "https://github.com/tensorflow/tensorflow/issues/32052",
        ),
    )
    examples = (
        Example(
            bad="""
                import tensorflow as tf

                for epoch in range(epochs):
                    ds = tf.data.Dataset.from_generator(lambda: rows(epoch), spec)  # leak
                    for batch in ds:
                        train_step(batch)
            """,
            good="""
                import tensorflow as tf

                epoch = tf.Variable(0)
                ds = tf.data.Dataset.from_generator(lambda: rows(int(epoch.numpy())), spec)
                for _ in range(epochs):
                    for batch in ds:
                        train_step(batch)
                    epoch.assign_add(1)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf

                def train(model, read, spec, epochs):
                    for epoch in range(epochs):
                        ds = tf.data.Dataset.from_generator(read, output_signature=spec)  # leak
                        model.fit(ds.batch(32))
            """,
            good="""
                import tensorflow as tf

                def train(model, read, spec, epochs):
                    ds = tf.data.Dataset.from_generator(read, output_signature=spec)
                    for epoch in range(epochs):
                        model.fit(ds.batch(32))
            """,
        ),
        Example(
            bad="""
                import tensorflow as tf

                class Trainer:
                    def rows(self):
                        yield from self.source

                    def run(self, epochs):
                        for epoch in range(epochs):
                            data = tf.data.Dataset.from_generator(self.rows, tf.float32)  # leak
                            for row in data:
                                self.step(row)
            """,
            good="""
                import tensorflow as tf

                class Trainer:
                    def rows(self):
                        yield from self.source

                    def run(self, epochs):
                        data = tf.data.Dataset.from_generator(self.rows, tf.float32)
                        for epoch in range(epochs):
                            for row in data:
                                self.step(row)
            """,
        ),
    )
    negatives = (
        Negative(
            why="It is built once and iterated often.",
            code="""
                import tensorflow as tf

                ds = tf.data.Dataset.from_generator(rows, output_types=tf.float32)
                for epoch in range(100):
                    for row in ds:
                        step(row)
            """,
        ),
        Negative(
            why="One for each of a few splits.",
            code="""
                import tensorflow as tf

                data = {}
                for split in ("train", "valid", "test"):
                    data[split] = tf.data.Dataset.from_generator(lambda: rows(split), kind)
            """,
        ),
        Negative(
            why="One for each file.",
            code="""
                import tensorflow as tf

                def sets(paths):
                    for path in paths:
                        yield tf.data.Dataset.from_generator(reader, kind, args=[path])
            """,
        ),
        Negative(
            why="Slices of arrays register nothing.",
            code="""
                import tensorflow as tf

                for epoch in range(100):
                    for row in tf.data.Dataset.from_tensor_slices(x).batch(32):
                        step(row)
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for site in body.calls_of(_FROM_GENERATOR):
            if body.condition(site) is not Condition.ALWAYS:
                continue
            if (loop := _repeating_loop(body, site)) is not None:
                yield self._found(site, loop.place, loop)
            elif not site.loops and body.cache is None:
                for repetition in body.repetitions:
                    if _makes_the_same(body, repetition):
                        yield self._found(site, repetition.place, None)
                        break

    def _found(self, site: CallSite, again: Place, loop: Loop | None) -> Report:
        return self.report(
            site.place,
            RelatedPlace(again, "Each iteration of this loop builds the data set again."),
            certainty=Certainty.SURE if loop else Certainty.LIKELY,
            anchors={
                "statement": (site.statement,),
                "loop": () if loop is None else (loop.place,),
            },
        )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        for loop in finding.anchors["loop"]:
            if edits := context.move_above(finding.anchors["statement"][0], loop):
                yield Fix("Build the data set above the loop", edits, Applicability.UNSAFE)


def _repeating_loop(body: BodyFacts, site: CallSite) -> Loop | None:
    """The innermost loop, where it goes through epochs or batches, or makes the same one again:
    not one for each split."""
    loop = site.loops[-1] if site.loops else None
    if loop is None or not _is_long(loop):
        return None
    captured = body.captured_by(site)
    # A function that is defined in the loop varies by what it refers to.
    given = [one for one in site.arguments if one.value.definition is None]
    varies = any(loop in one.varies_in for one in given) or any(
        name in loop.names or loop.rebinds(name) for name in captured
    )
    return loop if body.rhythm_of_loop(loop) >= Rhythm.EPOCH or not varies else None


def _is_long(loop: Loop) -> bool:
    return not loop.is_comprehension and (loop.trips is None or loop.trips > _FEW)


def _makes_the_same(body: BodyFacts, repetition: Repetition) -> bool:
    """Whether a loop that calls a function, directly or through others, goes through epochs, or has
    it make the same data set again: nothing that it is given is another one in each round."""
    loop = repetition.loop
    if loop is None or not _is_long(loop):
        return False
    if body.module.facts(repetition.caller).rhythm_of_loop(loop) >= Rhythm.EPOCH:
        return True
    return not any(
        loop in site.renewed_in or any(loop in one.varies_in for one in site.arguments)
        for _, site in repetition.calls
    )
