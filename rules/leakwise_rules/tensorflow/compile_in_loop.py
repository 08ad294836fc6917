"""LT010 compile-in-loop."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Certainty, Condition, Kind, Loop
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
from leakwise_rules.rebuilt_models import recompiled_at
from leakwise_rules.wording import shown

_FEW = 3
_PROPERTY = "builtins.property"


class CompileInLoop(Rule):
    """A Keras model that was made before a loop is compiled again in each of its rounds.

    ## Why it leaks

    `compile` gives the model a new optimizer and throws its training, evaluation and prediction
    functions away, so that the next `fit` traces them anew. The graphs of the earlier ones stay.

    With TensorFlow 2.21 and Keras 3.15, ten rounds of compiling and fitting left 260 function
    graphs and 65 MiB behind, twenty rounds 520 and 144 MiB, also after a garbage collection.
    Compiled once and fitted in each round, the same model left none and 0.4 MiB.

    ## Best practice

    Compile once, in front of the loop. Change a learning rate or the weight of a loss through a
    variable that the loss or the optimizer reads, or in a callback.

    ## When it is not a leak

    A model that is built in the same round has to be compiled there. A loop over several models
    compiles each of them once. Training in two phases, with a second `compile` after unfreezing
    layers, compiles twice and stays small. A `compile` under a condition may happen once only.
    """

    code = "LT010"
    name = "compile-in-loop"
    message = (
        "`{model}` is compiled again in every {turn}, and function graphs and optimizers of "
        "earlier ones stay; compile it once."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.REPEATED_CONSTRUCTION
    general_smell = GeneralSmell.CONSTRUCT_INSIDE_LOOP
    practices = (
        Practice(
            "BP60",
            "Compile once; change learning rates and loss weights through variables or callbacks.",
        ),
    )
    links = (
        Link(
            "Memory explodes when compile is called in the loop",
            "https://github.com/keras-team/keras/issues/9151",
        ),
        Link("Keras: Model.compile", "https://keras.io/api/models/model_training_apis/"),
        Link(
            "Growth of models fitted in a loop",
            "https://github.com/keras-team/keras/issues/17458",
        ),
    )
    examples = (
        Example(
            bad="""
                import keras

                model = keras.Sequential([keras.layers.Dense(1)])
                for episode in range(1000):
                    model.compile(optimizer="adam", loss="mse")  # leak
                    model.fit(x, y, verbose=0)
            """,
            good="""
                import keras

                model = keras.Sequential([keras.layers.Dense(1)])
                model.compile(optimizer="adam", loss="mse")
                for episode in range(1000):
                    model.fit(x, y, verbose=0)
            """,
        ),
        Example(
            bad="""
                import keras

                def weighted_loss(weight):
                    def loss(t, p):
                        return weight * keras.losses.mean_squared_error(t, p)
                    return loss

                model = keras.Sequential([keras.layers.Dense(1)])
                for episode in range(1000):
                    model.compile(optimizer="adam", loss=weighted_loss(episode))  # leak
                    model.fit(x, y, verbose=0)
            """,
            good="""
                import keras

                weight = keras.Variable(1.0, trainable=False)

                def weighted_loss(t, p):
                    return weight * keras.losses.mean_squared_error(t, p)

                model = keras.Sequential([keras.layers.Dense(1)])
                model.compile(optimizer="adam", loss=weighted_loss)
                for episode in range(1000):
                    weight.assign(schedule(episode))
                    model.fit(x, y, verbose=0)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf

                def adapt(model: tf.keras.Model, tasks, opt):
                    for x, y in tasks:
                        # The same for all tasks.
                        model.compile(optimizer=opt, loss="mse")  # leak
                        model.fit(x, y, epochs=5)
            """,
            good="""
                import tensorflow as tf

                def adapt(model: tf.keras.Model, tasks, opt):
                    # The same for all tasks.
                    model.compile(optimizer=opt, loss="mse")
                    for x, y in tasks:
                        model.fit(x, y, epochs=5)
            """,
        ),
        Example(
            bad="""
                from tensorflow import keras

                class Agent:
                    def __init__(self, rate):
                        self.rate = rate
                        self.model = keras.Sequential([keras.layers.Dense(4)])

                    def learn(self, batches):
                        while len(batches) > 0:
                            states, targets = batches.pop()
                            self.model.compile(optimizer="adam", loss="mse")  # leak
                            self.model.train_on_batch(states, targets)
            """,
            good="""
                from tensorflow import keras

                class Agent:
                    def __init__(self, rate):
                        self.rate = rate
                        self.model = keras.Sequential([keras.layers.Dense(4)])

                    def learn(self, batches):
                        self.model.compile(optimizer="adam", loss="mse")
                        while len(batches) > 0:
                            states, targets = batches.pop()
                            self.model.train_on_batch(states, targets)
            """,
        ),
        Example(
            bad="""
                import tensorflow as tf

                class Pipeline:
                    def __init__(self, size):
                        self.size = size
                        self._head = None

                    @property
                    def head(self):
                        if self._head is None:
                            self._head = tf.keras.Sequential([tf.keras.layers.Dense(self.size)])
                        self._head.compile(optimizer="adam", loss="mse")  # leak
                        return self._head
            """,
            good="""
                import tensorflow as tf

                class Pipeline:
                    def __init__(self, size):
                        self.size = size
                        self._head = None

                    @property
                    def head(self):
                        if self._head is None:
                            self._head = tf.keras.Sequential([tf.keras.layers.Dense(self.size)])
                            self._head.compile(optimizer="adam", loss="mse")
                        return self._head
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="The model is built in the same round.",
            code="""
                import keras

                for units in (8, 16, 32, 64):
                    keras.backend.clear_session()
                    model = keras.Sequential([keras.layers.Dense(units)])
                    model.compile(optimizer="adam", loss="mse")
                    model.fit(x, y)
            """,
        ),
        Negative(
            why="Each of several models is compiled once.",
            code="""
                import keras

                actor = keras.Sequential([keras.layers.Dense(1)])
                critic = keras.Sequential([keras.layers.Dense(1)])
                for model in (actor, critic):
                    model.compile(optimizer="adam", loss="mse")
            """,
        ),
        Negative(
            why="`re.compile` and `torch.compile` compile other things.",
            code="""
                import re
                import torch
                import tensorflow as tf

                for pattern in patterns:
                    found = re.compile(pattern)
                    step = torch.compile(function)
            """,
        ),
        Negative(
            why="Fine-tuning in two phases compiles twice.",
            code="""
                import keras

                def tune(base: keras.Model, data):
                    base.trainable = False
                    base.compile(optimizer="adam", loss="mse")
                    base.fit(data, epochs=5)
                    base.trainable = True
                    base.compile(optimizer=keras.optimizers.Adam(1e-5), loss="mse")
                    base.fit(data, epochs=5)
            """,
        ),
        Negative(
            why="Layers are unfrozen once, in one epoch of the loop.",
            code="""
                import keras

                def tune(model: keras.Model, data, epochs):
                    for epoch in range(epochs):
                        if epoch == 5:
                            model.trainable = True
                            model.compile(optimizer="adam", loss="mse")
                        model.fit(data)
            """,
        ),
        Negative(
            why="A method that the loop calls makes the model anew.",
            code="""
                import keras

                class Search:
                    def __init__(self):
                        self.build(1)

                    def build(self, units):
                        keras.backend.clear_session()
                        self.model = keras.Sequential([keras.layers.Dense(units)])

                    def run(self, x, y):
                        for units in range(8, 512, 8):
                            self.build(units)
                            self.model.compile("adam", "mse")
                            self.model.fit(x, y)
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        per_access = any(one.name == _PROPERTY for one in body.decorators)
        for site in body.method_calls("compile"):
            receiver = site.receiver_value
            if receiver.kind is not Kind.KERAS_MODEL or site.value.definition is not None:
                continue
            if not site.loops and per_access:
                yield from self._at_each_access(body, site)
                continue
            if not site.loops:
                yield from self._in_call(body, site)
                continue
            loop = _repeating_loop(body, site)
            if loop is None:
                continue
            condition = body.condition(site)
            if condition is Condition.ONCE:
                continue
            always = condition is Condition.ALWAYS
            yield self.report(
                site.place,
                RelatedPlace(loop.place, "Each iteration of this loop compiles the same model."),
                certainty=receiver.certainty if always else Certainty.POSSIBLE,
                severity=None if always else Severity.INFORMATION,
                anchors={
                    "statement": (site.statement,) if site.dropped else (),
                    "loop": (site.loops[-1].place,),
                },
                model=shown(site.receiver or "model"),
                turn="iteration",
            )

    def _in_call(self, body: BodyFacts, site: CallSite) -> Iterator[Report]:
        """A function that a loop, a search or a training runs, and that compiles the same model."""
        always = body.condition(site) is Condition.ALWAYS
        if always and (place := recompiled_at(body, site)):
            yield self.report(
                site.place,
                RelatedPlace(place, "This runs the function again and again."),
                certainty=site.receiver_value.certainty,
                anchors={"statement": (), "loop": ()},
                model=shown(site.receiver or "model"),
                turn="call",
            )

    def _at_each_access(self, body: BodyFacts, site: CallSite) -> Iterator[Report]:
        """A property that compiles a model of its object whenever it is read."""
        owner, _, attribute = (site.receiver or "").rpartition(".")
        made = [one for one in body.call_sites if one.bound_to == site.receiver]
        if owner != body.instance_name or not attribute or _once(body, site):
            return
        if not all(_once(body, one) for one in made):
            # A new model at each access.
            return
        yield self.report(
            site.place,
            RelatedPlace(body.place, "Each access of this property compiles the same model."),
            certainty=Certainty.LIKELY,
            anchors={"statement": (), "loop": ()},
            model=shown(site.receiver or "model"),
            turn="access",
        )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        if not finding.anchors["loop"]:
            return
        loop = finding.anchors["loop"][0]
        for statement in finding.anchors["statement"]:
            if edits := context.move_above(statement, loop):
                yield Fix("Compile the model above the loop", edits, Applicability.UNSAFE)


def _once(body: BodyFacts, site: CallSite) -> bool:
    return body.condition(site) is Condition.ONCE


def _repeating_loop(body: BodyFacts, site: CallSite) -> Loop | None:
    """The innermost loop that compiles the same model more than a few times."""
    if site.receiver is None:
        return None
    owner, _, attribute = site.receiver.rpartition(".")
    for loop in reversed(site.loops):
        few = loop.trips is not None and loop.trips <= _FEW
        renewed = loop in site.renewed_in or loop.is_comprehension
        if few or renewed or (owner and _is_replaced(body, loop, owner, attribute)):
            continue
        return loop
    return None


def _is_replaced(body: BodyFacts, loop: Loop, owner: str, attribute: str) -> bool:
    """Whether a method that the loop calls on the model's owner may put another model there."""
    class_ = body.class_
    own = class_ is not None and owner == body.instance_name
    writers = class_.writers(attribute) if class_ is not None and own else None
    return any(
        loop in one.loops
        and one.receiver == owner
        and (writers is None or not class_ or one.method in writers or not class_.bases_known)
        for one in body.call_sites
    )
