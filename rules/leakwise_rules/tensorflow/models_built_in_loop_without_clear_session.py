"""LT001 models-built-in-loop-without-clear-session."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Condition, Construction, Kind, ModelUse, Place
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
from leakwise_rules.evaluation import is_unit_test
from leakwise_rules.loaded_models import is_loaded
from leakwise_rules.rebuilt_models import (
    TRAINING,
    clear_session,
    clears,
    is_cached,
    is_copy,
    is_part,
    is_told_inside,
    is_used_up,
    kept_on_purpose,
    rounds_of,
    run_again_at,
    uses_of,
)
from leakwise_rules.wording import shown

_FEW = 3
_MANY = 10
_ALONE = "call `clear_session()` at its start"
_WITH_OTHERS = "copy it once and set its weights"


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

    Call `keras.backend.clear_session()` at the start of each iteration that builds a model, or of
    the function that a search calls for each trial. Where that is not enough, run each trial in a
    process of its own, or build one model and reset its weights.

    ## When it is not a leak

    A loop that adds layers to one model builds one model. An ensemble keeps its models on purpose,
    and clearing the session could break them; so it could where the models share inputs or layers
    that were made before the loop. A loop over two or three configurations stays small.
    """

    code = "LT001"
    name = "models-built-in-loop-without-clear-session"
    message = (
        "`{callee}` builds a Keras model in every {turn} and Keras keeps state of each; {advice}."
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
                import optuna
                import tensorflow as tf

                def objective(trial):
                    inputs = tf.keras.Input((20,))
                    units = trial.suggest_int("units", 8, 512)
                    hidden = tf.keras.layers.Dense(units, activation="relu")(inputs)
                    model = tf.keras.Model(inputs, tf.keras.layers.Dense(1)(hidden))  # leak
                    model.compile(optimizer="adam", loss="mse")
                    history = model.fit(data, epochs=3)
                    return history.history["loss"][-1]

                study = optuna.create_study()
                study.optimize(objective, n_trials=200)
            """,
            good="""
                import optuna
                import tensorflow as tf

                def objective(trial):
                    tf.keras.backend.clear_session()
                    inputs = tf.keras.Input((20,))
                    units = trial.suggest_int("units", 8, 512)
                    hidden = tf.keras.layers.Dense(units, activation="relu")(inputs)
                    model = tf.keras.Model(inputs, tf.keras.layers.Dense(1)(hidden))
                    model.compile(optimizer="adam", loss="mse")
                    history = model.fit(data, epochs=3)
                    return history.history["loss"][-1]

                study = optuna.create_study()
                study.optimize(objective, n_trials=200)
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
            why="Saved models are asked one after another, and none is trained.",
            code="""
                import keras

                for path in paths:
                    print(keras.models.load_model(path).predict(x).mean())
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
        if (not body.has_loops and not body.mentions(*TRAINING)) or is_unit_test(body):
            return
        for construction in body.constructions:
            if (
                construction.what.kind is not Kind.KERAS_MODEL
                or not construction.is_new
                or (construction.from_outside and not is_copy(construction))
                or kept_on_purpose(body, construction)
                or body.condition(construction) is Condition.ONCE
                or is_cached(body, construction)
                or is_told_inside(body, construction)
            ):
                continue
            if construction.loops:
                yield from self._in_loop(body, construction)
            else:
                yield from self._in_call(body, construction)

    def _in_loop(self, body: BodyFacts, construction: Construction) -> Iterator[Report]:
        loops = construction.loops
        rounds = rounds_of(loops)
        if (rounds is not None and rounds <= _FEW) or clears(body, loops[0]):
            return
        uses = uses_of(body, construction)
        seldom = body.condition(construction) is not Condition.ALWAYS
        if not uses and (seldom or is_part(body, construction)):
            return
        if is_loaded(construction) and not any(use.method in TRAINING for use in uses):
            # One file after another is read and asked, or LT020 tells that it is the same.
            return
        grows = bool(uses) or rounds is None or rounds > _MANY
        repeated = RelatedPlace(
            loops[-1].place, "Each iteration of this loop builds one more model."
        )
        yield self._found(body, construction, repeated, uses, loops[-1].place, grows=grows)

    def _in_call(self, body: BodyFacts, construction: Construction) -> Iterator[Report]:
        """A function that builds and trains a model, and that a loop or a search runs."""
        uses = [use for use in uses_of(body, construction) if use.method in TRAINING]
        if not (uses or construction.trained) or not is_used_up(body, construction):
            return
        if place := run_again_at(body):
            repeated = RelatedPlace(place, "This runs the function again and again.")
            yield self._found(body, construction, repeated, uses, body.place, grows=True)

    def _found(
        self,
        body: BodyFacts,
        construction: Construction,
        repeated: RelatedPlace,
        uses: list[ModelUse],
        start: Place,
        *,
        grows: bool,
    ) -> Report:
        fitted = (
            RelatedPlace(use.place, f"`{use.method}` makes its graphs and state.")
            for use in uses[:1]
        )
        in_loop = bool(construction.loops)
        return self.report(
            construction.place,
            repeated,
            *fitted,
            certainty=construction.what.certainty,
            severity=None if grows else Severity.INFORMATION,
            anchors={"start": () if construction.from_outside else (start,)},
            notes={
                "clear": clear_session(body),
                "of": "each iteration" if in_loop else "the function",
            },
            callee=shown(construction.callee),
            advice=_WITH_OTHERS if construction.from_outside else _ALONE,
            turn="iteration" if in_loop else "call",
        )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        clear = finding.notes["clear"]
        imported: tuple[Edit, ...] = ()
        if not clear:
            through_tensorflow = "tensorflow" in context.document.text
            imported = context.ensure_import("tensorflow" if through_tensorflow else "keras")
            clear = "tensorflow." * through_tensorflow + "keras.backend.clear_session"
        for start in finding.anchors["start"]:
            if edits := context.insert_first(start, f"{clear}()"):
                yield Fix(
                    f"Clear the session at the start of {finding.notes['of']}",
                    (*imported, *edits),
                    Applicability.UNSAFE,
                )
