"""LT013 persistent-tape-kept."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Certainty, Entering, Keeping, Kind, Storing, Value
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
from leakwise_rules.graphs import outlived_loops
from leakwise_rules.wording import shown

_TAPE = "tensorflow.GradientTape"


class PersistentTapeKept(Rule):
    """A persistent gradient tape is kept when its step is over.

    ## Why it leaks

    A plain tape lets go of what it recorded when its gradient is taken. A persistent one keeps all
    of it, activations too, for as long as the tape itself lives. On an attribute that is until the
    next step, in a list for ever.

    Thirty steps whose tapes were kept held 31.2 MiB. Rebinding a local name in each step held
    2.0 MiB, `del` after each 1.0 MiB, and so did plain tapes.

    ## Best practice

    Keep a persistent tape in a local name, take all gradients, then `del` it. Use a plain tape
    where one call of `gradient` is enough.

    ## When it is not a leak

    A local tape of a function that runs for each step goes when the step returns, and one that each
    iteration binds anew goes with the next iteration. A plain tape is empty after its gradient.
    """

    code = "LT013"
    name = "persistent-tape-kept"
    message = (
        "The persistent tape is kept by `{holder}`, with all that it recorded, {until}; delete "
        "it when the gradients are there."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.RETAINED_HISTORY
    general_smell = GeneralSmell.UNDETACHED_STATE
    practices = (
        Practice(
            "BP63",
            "Keep a persistent tape in a local, take all gradients, then `del` it; prefer a plain "
            "tape when one gradient call suffices.",
        ),
    )
    links = (
        Link(
            "TensorFlow: automatic differentiation, persistent tapes",
            "https://www.tensorflow.org/guide/autodiff",
        ),
        Link(
            "Growth that appears only with GradientTape",
            "https://github.com/tensorflow/tensorflow/issues/34379",
        ),
    )
    examples = (
        Example(
            bad="""
                import tensorflow as tf

                class Trainer:
                    def step(self, x):
                        with tf.GradientTape(persistent=True) as self.tape:  # leak
                            self.tape.watch(x)
                            a = self.model(x)
                            b = tf.reduce_sum(a ** 2)
                        return self.tape.gradient(a, x), self.tape.gradient(b, x)
            """,
            good="""
                import tensorflow as tf

                class Trainer:
                    def step(self, x):
                        with tf.GradientTape(persistent=True) as tape:
                            tape.watch(x)
                            a = self.model(x)
                            b = tf.reduce_sum(a ** 2)
                        grads = tape.gradient(a, x), tape.gradient(b, x)
                        del tape
                        return grads
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf

                tapes = []
                for x in batches:
                    with tf.GradientTape(persistent=True) as tape:
                        loss = compute(x)
                    print(tape.gradient(loss, weights), tape.gradient(loss, biases))
                    tapes.append(tape)  # leak
            """,
            good="""
                import tensorflow as tf

                for x in batches:
                    with tf.GradientTape(persistent=True) as tape:
                        loss = compute(x)
                    print(tape.gradient(loss, weights), tape.gradient(loss, biases))
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf

                def sensitivity_then_train(model, sample, dataset, train_step):
                    with tf.GradientTape(persistent=True) as tape:  # leak
                        tape.watch(sample)
                        output = model(sample)
                    gradient = tape.gradient(output, sample)
                    weights = tape.gradient(output, model.trainable_variables)
                    for x, y in dataset:
                        train_step(x, y, model(x))
                    return gradient, weights
            """,
            good="""
                import tensorflow as tf

                def sensitivity_then_train(model, sample, dataset, train_step):
                    with tf.GradientTape(persistent=True) as tape:
                        tape.watch(sample)
                        output = model(sample)
                    gradient = tape.gradient(output, sample)
                    weights = tape.gradient(output, model.trainable_variables)
                    del tape
                    for x, y in dataset:
                        train_step(x, y, model(x))
                    return gradient, weights
            """,
        ),
    )
    negatives = (
        Negative(
            why="The tape is deleted after its last gradient.",
            code="""
                import tensorflow as tf

                def train(model, sample, dataset, train_step):
                    with tf.GradientTape(persistent=True) as tape:
                        output = model(sample)
                    print(tape.gradient(output, model.trainable_variables))
                    del tape
                    for x in dataset:
                        train_step(x, model(x))
            """,
        ),
        Negative(
            why="A local tape goes when the step returns.",
            code="""
                import tensorflow as tf

                def step(model, x):
                    with tf.GradientTape(persistent=True) as tape:
                        tape.watch(x)
                        y = model(x)
                    return tape.gradient(y, x), tape.gradient(y, model.trainable_variables)
            """,
        ),
        Negative(
            why="Each iteration binds the name anew.",
            code="""
                import tensorflow as tf

                for x in batches:
                    with tf.GradientTape(persistent=True) as tape:
                        tape.watch(x)
                        y = model(x)
                    print(tape.gradient(y, x), tape.gradient(y, model.trainable_variables))
            """,
        ),
        Negative(
            why="A plain tape is empty once its gradient is taken.",
            code="""
                import tensorflow as tf

                class Trainer:
                    def forward(self, x):
                        with tf.GradientTape() as self.tape:
                            return self.model(x)

                    def backward(self, y):
                        return self.tape.gradient(y, self.model.trainable_variables)
            """,
        ),
        Negative(
            why="The attribute is let go in the same step.",
            code="""
                import tensorflow as tf

                class Trainer:
                    def step(self, x):
                        with tf.GradientTape(persistent=True) as self.tape:
                            y = self.model(x)
                        grads = self.tape.gradient(y, x), self.tape.gradient(y, self.weights)
                        self.tape = None
                        return grads
            """,
        ),
        Negative(
            why="The caller gets the tape.",
            code="""
                import tensorflow as tf

                def record(function, x):
                    with tf.GradientTape(persistent=True) as tape:
                        tape.watch(x)
                        y = function(x)
                    return y, tape
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        persistent = [one for one in body.calls_of(_TAPE) if _is_persistent(one)]
        if not persistent:
            return
        for keeping in body.keepings:
            if _made_by(keeping.stored, persistent) and _grows(body, keeping):
                yield self._kept(body, keeping, keeping.holder, "and one more is added each time")
        for storing in body.storings:
            if _made_by(storing.value, persistent) and not _let_go(body, storing):
                yield self._kept(body, storing, storing.path, "until the next one is stored")
        for tape in body.entered:
            if _made_by(tape.value, persistent):
                yield from self._left_open(body, tape)

    def _kept(self, body: BodyFacts, event: Keeping | Storing, holder: str, until: str) -> Report:
        grows = isinstance(event, Keeping)
        value = event.stored if isinstance(event, Keeping) else event.value
        made = [value.origin] if value.origin is not None else []
        return self.report(
            event.place,
            *(RelatedPlace(one, "The tape is made here.") for one in made if one != event.place),
            *(
                RelatedPlace(one.place, "Each iteration of this loop keeps one more.")
                for one in event.loops[-1:]
                if grows
            ),
            certainty=Certainty.SURE,
            severity=None if grows else Severity.INFORMATION,
            holder=shown(holder, 24),
            until=until,
        )

    def _left_open(self, body: BodyFacts, tape: Entering) -> Iterator[Report]:
        """A local tape that stays while a loop over data runs behind its last use."""
        name = tape.bound_to
        if name is None or not name.isidentifier() or tape.loops:
            return
        uses = [one for one in body.call_sites if one.receiver == name]
        if body.name is None or body.value(name).kind is not Kind.TAPE or not uses:
            # Deleted, or bound to something else.
            return
        handed = any(one.path == name for site in body.call_sites for one in site.arguments)
        last = max(uses, key=lambda one: one.place.order())
        if handed or last.loops or _gives(body.result.returns):
            return
        for looping in body.loops:
            trains = any(
                looping.loop in site.loops and site.value.kind is Kind.KERAS_MODEL
                for site in body.call_sites
            )
            if looping.place.order() > last.place.order() and not looping.loops and trains:
                yield self.report(
                    tape.place,
                    RelatedPlace(last.place, "It is used here for the last time."),
                    RelatedPlace(looping.place, "It stays while this loop runs."),
                    certainty=Certainty.LIKELY,
                    severity=Severity.HINT,
                    anchors={"last": (last.statement,)},
                    notes={"name": name},
                    holder=name,
                    until="while the loop below runs",
                )
                return

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        for statement in finding.anchors.get("last", ()):
            text = f"del {finding.notes['name']}"
            if edits := context.insert_after(statement, text):
                yield Fix("Delete the tape after its last use", edits, Applicability.UNSAFE)


def _gives(returned: Value | None) -> bool:
    """Whether a tape may be among what is returned."""
    parts = () if returned is None else (returned, *(returned.items or ()))
    return any(part.kind is Kind.TAPE for part in parts)


def _is_persistent(site: CallSite) -> bool:
    given = site.argument("persistent", 0)
    return given is not None and given.value.constant is True


def _made_by(value: Value, sites: list[CallSite]) -> bool:
    parts = (value, *(value.items or ()), *(one for _, one in value.fields or ()))
    return any(
        part.kind is Kind.TAPE and part.origin == site.place for part in parts for site in sites
    )


def _grows(body: BodyFacts, keeping: Keeping) -> bool:
    """Whether a container keeps one tape after the other."""
    holder = body.holder(keeping)
    if holder is None or holder.bounded:
        return False
    return bool(outlived_loops(keeping)) or holder.outlives_call


def _let_go(body: BodyFacts, storing: Storing) -> bool:
    """Whether the same body puts something else there afterwards, or deletes it."""
    return any(
        one.path == storing.path and one.place.order() > storing.place.order()
        for one in body.reliefs
    )
