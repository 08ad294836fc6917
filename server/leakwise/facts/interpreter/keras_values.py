"""What Keras models give: outputs, predictions and copies of their weights.

Sources: https://keras.io/api/models/model_training_apis/ and
https://keras.io/api/layers/base_layer/#get_weights-method.
"""

import ast

from leakwise.facts.apis.data_sets import DATASET_ARGUMENTS
from leakwise.facts.apis.keras import (
    MODEL_EVIDENCE,
    MODEL_METHODS,
    OTHER_PREDICTORS,
    TELLING_ARGUMENTS,
    TRAINING_METHODS,
)
from leakwise.facts.code.names import path_of
from leakwise.facts.interpreter.object_methods import WEIGHTS as WEIGHTS
from leakwise.facts.interpreter.run import Run, unknown_call
from leakwise.facts.interpreter.single_samples import is_single
from leakwise.facts.tensorflow.traced import only_keras, uses_tensorflow
from leakwise.facts.terms.storage import Device, stored
from leakwise.facts.terms.values import UNKNOWN, Certainty, Kind, Value, container

PREDICTIONS = "keras.Model.predict"
"""The name of the arrays that `predict` gives."""
GRADIENTS = "tensorflow.GradientTape.gradient"
"""The name of the gradients of all that a model trains."""
_DATASET = Value(Kind.TF_DATASET, certainty=Certainty.LIKELY)
_NO_WORDS: frozenset[str] = frozenset()
_PREDICT = frozenset({"predict", "predict_on_batch"})


def output_of(run: Run, node: ast.Call, called: Value, arguments: list[Value]) -> Value:
    """What calling a model or a layer gives: a tensor, which keeps no record of how it was made."""
    place = run.place(node)
    for argument in arguments:
        run.outcome.pass_on(argument)
    name = MODEL_OUTPUT if called.kind is Kind.KERAS_MODEL else None
    return Value(
        Kind.TF_TENSOR,
        name=name,
        certainty=called.certainty,
        origin=place,
        sources=frozenset({place}),
    )


MODEL_OUTPUT = "keras.Model.__call__"
"""The name of what a whole model gives when it is called."""


def called_as_model(run: Run, node: ast.Call, callee: Value, keywords: dict[str, Value]) -> Value:
    """What is called: where that is not known, `model(x, training=True)` calls a model, since Keras
    alone hands that argument to what is called like a function."""
    if callee.kind is not Kind.UNKNOWN or "training" not in keywords:
        return callee
    owner, _, name = (path_of(node.func) or "").rpartition(".")
    if not name or owner not in {"", run.instance} or not uses_tensorflow(run.module):
        return callee
    return Value(Kind.KERAS_MODEL, certainty=Certainty.LIKELY, sources=callee.sources)


def known_receiver(
    run: Run, node: ast.Call, receiver: Value | None, keywords: dict[str, Value]
) -> Value | None:
    """What a method is called on: where that is not known, a model or a data set if the file uses
    TensorFlow and their methods alone take these arguments: `fit(x, y, verbose=0)`."""
    if receiver is None or receiver.kind is not Kind.UNKNOWN:
        return receiver
    if not isinstance(node.func, ast.Attribute) or path_of(node.func.value) is None:
        return receiver
    if not DATASET_ARGUMENTS.get(node.func.attr, _NO_WORDS).isdisjoint(keywords):
        of_tensorflow = uses_tensorflow(run.module)
        return _DATASET.made_from(receiver.sources) if of_tensorflow else receiver
    telling = TELLING_ARGUMENTS.get(node.func.attr, _NO_WORDS)
    told = not telling.isdisjoint(keywords) or (
        node.func.attr in TRAINING_METHODS and not run.module.scopes.named(node.func.attr)
    )
    told = told or _is_asked_as_model(run, node.func, node.args)
    if not told or not only_keras(run.module):
        return receiver
    return Value(Kind.KERAS_MODEL, certainty=Certainty.LIKELY, sources=receiver.sources)


def _is_asked_as_model(run: Run, function: ast.Attribute, given: list[ast.expr]) -> bool:
    """Whether a parameter whose name says so is asked in a loop to predict for a batch of one
    sample, as only a Keras model can be in a file that knows of no other library's models."""
    if function.attr != "predict" or not run.loops:
        return False
    name = path_of(function.value) or ""
    if name not in run.definition.parameter_names() or run.definition.index.bindings_of(name):
        return False
    return (
        name.lower().endswith(_NAMES_OF_MODELS)
        and bool(given)
        and is_single(run, given[0])
        and not run.module.scopes.named("predict")
        and run.module.names.imported_roots().isdisjoint(OTHER_PREDICTORS)
    )


_NAMES_OF_MODELS = ("model", "net", "network")


def model_method(
    run: Run, node: ast.Call, name: str, model: Value, arguments: list[Value]
) -> Value:
    """What a method of a model gives, or what an attribute that is called gives."""
    if name == "get_weights":
        return weights(run, node, model)
    if name in _PREDICT:
        return Value(
            Kind.ARRAY,
            name=PREDICTIONS,
            certainty=Certainty.LIKELY,
            origin=run.place(node),
            storage=stored(Device.CPU),
        )
    if name in MODEL_METHODS:
        # Scores, a history: not the model, though it may refer to it.
        return UNKNOWN
    return unknown_call(run, arguments).made_from(model.sources)


def weights(run: Run, node: ast.Call, owner: Value) -> Value:
    """What `get_weights()` gives: a list of arrays, copied."""
    certainty = owner.certainty if owner.kind is Kind.KERAS_MODEL else Certainty.LIKELY
    array = Value(Kind.ARRAY, name=WEIGHTS, storage=stored(Device.CPU))
    made = container(array).but(length=None)
    return made.but(name=WEIGHTS, certainty=certainty, origin=run.place(node))


def gradients(run: Run, node: ast.Call, arguments: list[Value]) -> Value:
    """What `tape.gradient(loss, model.trainable_variables)` gives: as much as the weights hold. For
    anything else that is not known."""
    made = unknown_call(run, arguments)
    of = node.args[1] if len(node.args) > 1 else None
    for keyword in node.keywords:
        of = keyword.value if keyword.arg == "sources" else of
    last = "" if of is None else (path_of(of) or "").rpartition(".")[2]
    if last not in MODEL_EVIDENCE:
        return made
    one = Value(Kind.TF_TENSOR, name=GRADIENTS, certainty=Certainty.LIKELY)
    several = container(one).but(length=None, name=GRADIENTS, origin=run.place(node))
    return several.made_from(made.sources)
