"""LT001 models-built-in-loop-without-clear-session."""

from collections.abc import Iterator
from math import prod

from leakwise.facts import BodyFacts, Condition, Construction, Kind, Loop, ModelUse
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
from leakwise.text import Edit
from leakwise_rules.wording import shown

_CLEARS = (
    "keras.backend.clear_session",
    "keras.utils.clear_session",
    "tensorflow.compat.v1.keras.backend.clear_session",
    "tensorflow.compat.v1.reset_default_graph",
    "tensorflow.reset_default_graph",
)
_FEW = 3
_MANY = 10


class ModelsBuiltInLoopWithoutClearSession(Rule):
    """Keras models are built in a loop and the session is never cleared.

    ## Why it leaks

    Keras keeps global state for what it builds: names and counters, function graphs, and in older
    versions the one default graph to which every layer is added. Building a model in a loop adds to
    it with each round, also when the model itself is dropped.

    With Keras 3.15, building and fitting 20 small models added 142 MiB, and 84 MiB with
    `clear_session()` at the start of each round; building 200 models without fitting them added
    36 MiB, and none with it. So clearing helps, though it does not give everything back.

    ## Best practice

    Call `keras.backend.clear_session()` at the start of each iteration that builds a model. Where
    that is not enough, run each trial in a process of its own, or build one model and reset its
    weights.

    ## When it is not a leak

    A loop that adds layers to one model builds one model. An ensemble keeps its models on purpose,
    and clearing the session could break them; so it could where the models share inputs or layers
    that were made before the loop. A loop over two or three configurations stays small.
    """

    code = "LT001"
    name = "models-built-in-loop-without-clear-session"
    message = (
        "`{callee}` builds a Keras model in every iteration and Keras keeps state of each; "
        "call `clear_session()` at the start of the loop."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.REPEATED_CONSTRUCTION
    general_smell = GeneralSmell.CONSTRUCT_INSIDE_LOOP
    practices = (
        Practice(
            "BP49",
            "Call `keras.backend.clear_session()` at the start of each iteration that builds a "
            "model.",
        ),
        Practice(
            "BP50",
            "Run long sweeps one trial per process, or reset the weights of one model, since "
            "`clear_session` does not return everything.",
        ),
    )
    links = (
        Link(
            "Keras: clear_session",
            "https://github.com/keras-team/keras/blob/master/keras/src/backend/common/global_state.py",
        ),
        Link(
            "A maintainer's advice for models made in a loop",
            "https://github.com/keras-team/keras/issues/2102",
        ),
        Link(
            "57 variants of a model that filled 16 GB",
            "https://github.com/keras-team/keras/issues/9345",
        ),
        Link(
            "Growth in spite of clear_session",
            "https://github.com/tensorflow/tensorflow/issues/61791",
        ),
    )
    examples = (
        Example(
            bad="""
                import keras

                scores = []
                for units in range(8, 512, 8):
                    model = keras.Sequential([keras.layers.Dense(units)])  # leak
                    model.compile("adam", "mse")
                    model.fit(x, y, verbose=0)
                    scores.append(model.evaluate(x_val, y_val, verbose=0))
            """,
            good="""
                import keras

                scores = []
                for units in range(8, 512, 8):
                    keras.backend.clear_session()
                    model = keras.Sequential([keras.layers.Dense(units)])
                    model.compile("adam", "mse")
                    model.fit(x, y, verbose=0)
                    scores.append(model.evaluate(x_val, y_val, verbose=0))
            """,
        ),
        Example(
            bad="""
                import tensorflow as tf

                def build(units):
                    inputs = tf.keras.Input((20,))
                    hidden = tf.keras.layers.Dense(units, activation="relu")(inputs)
                    return tf.keras.Model(inputs, tf.keras.layers.Dense(1)(hidden))

                def search(data, grid):
                    best = None
                    for units in grid:
                        model = build(units)  # leak
                        model.compile(optimizer="adam", loss="mse")
                        history = model.fit(data, epochs=3)
                        loss = history.history["loss"][-1]
                        best = loss if best is None else min(best, loss)
                    return best
            """,
            good="""
                import tensorflow as tf

                def build(units):
                    inputs = tf.keras.Input((20,))
                    hidden = tf.keras.layers.Dense(units, activation="relu")(inputs)
                    return tf.keras.Model(inputs, tf.keras.layers.Dense(1)(hidden))

                def search(data, grid):
                    best = None
                    for units in grid:
                        tf.keras.backend.clear_session()
                        model = build(units)
                        model.compile(optimizer="adam", loss="mse")
                        history = model.fit(data, epochs=3)
                        loss = history.history["loss"][-1]
                        best = loss if best is None else min(best, loss)
                    return best
            """,
        ),
        Example(
            bad="""
                from tensorflow import keras
                from tensorflow.keras import layers

                class CrossValidation:
                    def __init__(self, folds):
                        self.folds = folds
                        self.scores = []

                    def run(self):
                        for train, valid in self.folds:
                            net = keras.models.Sequential()  # leak
                            net.add(layers.Dense(1))
                            net.compile(loss="mse")
                            net.fit(train)
                            self.scores.append(net.evaluate(valid))
            """,
            good="""
                from tensorflow import keras
                from tensorflow.keras import layers

                class CrossValidation:
                    def __init__(self, folds):
                        self.folds = folds
                        self.scores = []

                    def run(self):
                        for train, valid in self.folds:
                            keras.backend.clear_session()
                            net = keras.models.Sequential()
                            net.add(layers.Dense(1))
                            net.compile(loss="mse")
                            net.fit(train)
                            self.scores.append(net.evaluate(valid))
            """,
        ),
    )
    negatives = (
        Negative(
            why="The stages of one model are built and called.",
            code="""
                import keras

                def encoder(x, backbone):
                    for part in backbone.parts:
                        x = keras.Model(part.input, part.output)(x)
                    return x
            """,
        ),
        Negative(
            why="The models share an input made before the loop, which clearing would cut off.",
            code="""
                import keras

                inputs = keras.Input((20,))
                for units in range(8, 512, 8):
                    outputs = keras.layers.Dense(units)(inputs)
                    model = keras.Model(inputs, outputs)
                    print(model.predict(x).shape)
            """,
        ),
        Negative(
            why="The session is cleared in the loop, wherever it stands.",
            code="""
                import keras
                from keras import backend as K

                for units in range(8, 512, 8):
                    model = keras.Sequential([keras.layers.Dense(units)])
                    model.compile("adam", "mse")
                    model.fit(x, y)
                    K.clear_session()
            """,
        ),
        Negative(
            why="A function that the loop calls clears the session.",
            code="""
                import keras

                def fresh(units):
                    keras.utils.clear_session()
                    return keras.Sequential([keras.layers.Dense(units)])

                for units in range(8, 512, 8):
                    model = fresh(units)
                    model.compile("adam", "mse")
                    model.fit(x, y)
            """,
        ),
        Negative(
            why="The loop adds layers to one model.",
            code="""
                import keras

                model = keras.Sequential()
                for units in widths:
                    model.add(keras.layers.Dense(units, activation="relu"))
                model.compile("adam", "mse")
                model.fit(x, y)
            """,
        ),
        Negative(
            why="The models of an ensemble are kept on purpose.",
            code="""
                import keras

                members = []
                for seed in seeds:
                    member = keras.Sequential([keras.layers.Dense(1)])
                    member.compile("adam", "mse")
                    member.fit(x, y)
                    members.append(member)
            """,
        ),
        Negative(
            why="Two or three configurations stay small.",
            code="""
                import keras

                for activation in ("relu", "gelu", "tanh"):
                    model = keras.Sequential([keras.layers.Dense(8, activation=activation)])
                    model.compile("adam", "mse")
                    model.fit(x, y)
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.has_loops:
            return
        for construction in body.constructions:
            loops = construction.loops
            if (
                construction.what.kind is not Kind.KERAS_MODEL
                or not loops
                or construction.from_outside
                or _clears(body, loops[0])
                or _kept_on_purpose(body, construction)
                or body.condition(construction) is Condition.ONCE
                or _is_cached(body, construction)
            ):
                continue
            rounds = _rounds(loops)
            if rounds is not None and rounds <= _FEW:
                continue
            uses = [use for use in body.model_uses if _is_use(use, construction)]
            if not uses and _is_part(body, construction):
                continue
            grows = bool(uses) or rounds is None or rounds > _MANY
            yield self.report(
                construction.place,
                *_leak_path(construction, uses),
                certainty=construction.what.certainty,
                severity=None if grows else Severity.INFORMATION,
                anchors={"loop": (loops[-1].place,)},
                notes={"clear": _clear_session(body)},
                callee=shown(construction.callee),
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        clear = finding.notes["clear"]
        imported: tuple[Edit, ...] = ()
        if not clear:
            through_tensorflow = "tensorflow" in context.document.text
            imported = context.ensure_import("tensorflow" if through_tensorflow else "keras")
            clear = "tensorflow." * through_tensorflow + "keras.backend.clear_session"
        for loop in finding.anchors["loop"]:
            if edits := context.insert_first(loop, f"{clear}()"):
                yield Fix(
                    "Clear the session at the start of each iteration",
                    (*imported, *edits),
                    Applicability.UNSAFE,
                )


def _clears(body: BodyFacts, loop: Loop) -> bool:
    """Whether the loop clears the session, or may do so under a name that leads nowhere."""
    if body.calls(_CLEARS, loop) or body.waits(loop):
        return True
    return body.mentions("clear_session", "reset_default_graph") and not body.calls(_CLEARS)


def _rounds(loops: tuple[Loop, ...]) -> int | None:
    """How often the innermost loop's body runs in all; None where that is not known."""
    trips = [loop.trips for loop in loops if loop.trips is not None]
    return prod(trips) if len(trips) == len(loops) else None


def _is_use(use: ModelUse, construction: Construction) -> bool:
    return construction.loops[-1] in use.loops and (
        use.origin == construction.place or use.model == construction.target
    )


def _is_part(body: BodyFacts, construction: Construction) -> bool:
    """Whether it may be a part of a larger model: one of a class of one's own that is only called,
    or one that is called where it is built."""
    built = construction.place
    return construction.what.definition is not None or any(
        site.value.origin == built and site.place.contains(built) for site in body.call_sites
    )


def _is_cached(body: BodyFacts, construction: Construction) -> bool:
    """Whether the function that gives the model keeps it for the next call."""
    found = (one for one in body.call_sites if one.place == construction.place)
    made_by = next((one.value.definition for one in found), None)
    return made_by is not None and body.module.cache(made_by) is not None


def _kept_on_purpose(body: BodyFacts, construction: Construction) -> bool:
    """Whether the loop gathers its models, as for an ensemble."""
    loop = construction.loops[-1]
    return loop.is_comprehension or any(
        construction.place in keeping.stored.sources and loop in keeping.loops
        for keeping in body.keepings
    )


def _clear_session(body: BodyFacts) -> str:
    """How this file may write `clear_session`; empty where it needs an import first."""
    for name in ("keras.backend.clear_session", "tensorflow.keras.backend.clear_session"):
        if spelling := body.spelling(name):
            return spelling
    return ""


def _leak_path(construction: Construction, uses: list[ModelUse]) -> Iterator[RelatedPlace]:
    yield RelatedPlace(
        construction.loops[-1].place, "Each iteration of this loop builds one more model."
    )
    if uses:
        yield RelatedPlace(uses[0].place, f"`{uses[0].method}` makes its graphs and state.")
