"""Functions that TensorFlow traces into graphs: those of `tf.function`, and methods that Keras
compiles by itself.

Sources: https://www.tensorflow.org/api_docs/python/tf/function,
https://www.tensorflow.org/guide/function and
https://keras.io/guides/custom_train_step_in_tensorflow/.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakwise.facts.apis.conventions import CALL_METHOD
from leakwise.facts.apis.keras import LAYER_BASE, LAYER_PREFIXES, MODEL_BASES, SIMILAR
from leakwise.facts.code.decorators import decorators_of
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.parameters import parameters_in
from leakwise.facts.interpreter.state import root_of
from leakwise.facts.tensorflow import keras_backend
from leakwise.facts.terms.events import Argument, CallSite, Defining, Loop
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.values import Certainty, Kind, Value

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

TF_FUNCTION = "tensorflow.function"
_RELAXING = frozenset(["input_signature", "reduce_retracing", "experimental_relax_shapes"])
_UNSEEN = "**"
_KERAS_METHODS = frozenset({"call", "train_step", "test_step", "predict_step", "compute_loss"})
_METRIC = "keras.metrics.Metric"
_METRIC_STEP = "update_state"
_LOSS = "keras.losses.Loss"
_LOSS_STEP = "call"
_MODULE = "tensorflow.Module"
_ROOTS = frozenset({"tensorflow", "keras", "tf_keras", "tensorflow_addons", "keras_hub"})
_EAGER_WORDS = ("run_eagerly", "run_functions_eagerly", "experimental_run_functions_eagerly")


@dataclass(frozen=True, slots=True)
class TfFunction:
    """A use of `tf.function`: what it traces, where that is in this file, and the names of the
    options that it is given, with "**" for unpacked ones. `place` is that of the decorator or the
    call, None where there are several; `called` is whether it has parentheses."""

    function: Definition | None
    options: frozenset[str]
    place: Place | None = None
    called: bool = True

    def calls(self, site: CallSite, argument: Argument) -> bool:
        """Whether the traced function calls what a call of it gives as an argument."""
        function = self.function
        if function is None or argument.keyword in {"*", "**"}:
            return False
        names = [one.arg for one in function.parameters()]
        name: str | None = argument.keyword
        if not name:
            position = [one for one in site.arguments if not one.keyword].index(argument)
            shift = 1 if names[:1] == [function.instance_name()] else 0
            name = names[position + shift] if position + shift < len(names) else None
        function.code.read()
        return name is not None and any(True for _ in function.index.calls_named(name))

    @property
    def converts_numbers(self) -> bool:
        """Whether Python numbers may reach it as tensors, so that they share one graph.
        `reduce_retracing` relaxes shapes alone: with TensorFlow 2.21 twenty numbers made twenty
        graphs."""
        return bool(self.options & {"input_signature", _UNSEEN})

    @property
    def relaxes_shapes(self) -> bool:
        """Whether tensors of several shapes may share one graph."""
        return not self.options.isdisjoint(_RELAXING) or _UNSEEN in self.options


def uses_tensorflow(module: "ModuleFacts") -> bool:
    """Whether the file imports TensorFlow, or Keras on it, at its top level."""
    roots = module.names.imported_roots()
    return "tensorflow" in roots or (
        not roots.isdisjoint(_ROOTS) and keras_backend.runs_on_tensorflow(module)
    )


def only_keras(module: "ModuleFacts") -> bool:
    """Whether the file imports TensorFlow or Keras, and nothing whose models look alike."""
    return uses_tensorflow(module) and module.names.imported_roots().isdisjoint(SIMILAR)


def decorated_tf_function(module: "ModuleFacts", definition: Definition) -> TfFunction | None:
    """The `tf.function` among the decorators of a function; None where there is none."""
    for one in decorators_of(module, definition):
        if one.name == TF_FUNCTION:
            return TfFunction(definition, one.keywords, one.place, one.called)
    return None


def called_tf_function(
    module: "ModuleFacts", definition: Definition, site: CallSite
) -> TfFunction | None:
    """The `tf.function` that a call in a body runs; None where it runs none, one that a loop round
    the call makes anew, or it is not known which."""
    function = site.value.definition
    if site.value.kind is Kind.FUNCTION and function is not None:
        if any(one.function is function for one in _made_in(module, definition, site.loops)):
            return None
        return decorated_tf_function(module, function)
    if site.value.kind is not Kind.TF_FUNCTION or site.value.name != TF_FUNCTION:
        return None
    made = [
        one
        for one in module.facts(definition).file_calls_of(TF_FUNCTION)
        if _makes(one, site, function)
    ]
    own = set(module.facts(definition).calls_of(TF_FUNCTION))
    if not made or any(one in own and set(one.loops) & set(site.loops) for one in made):
        return None
    options = frozenset(argument.keyword for one in made for argument in one.arguments)
    place = made[0].place if len(made) == 1 else None
    return TfFunction(function, options - {"", "func"}, place)


def _made_in(
    module: "ModuleFacts", definition: Definition, loops: tuple[Loop, ...]
) -> Iterator[Defining]:
    """The decorated functions that a body makes in one of some loops."""
    for event in module.body(definition).events if loops else ():
        if isinstance(event, Defining) and not set(event.loops).isdisjoint(loops):
            yield event


def _makes(made: CallSite, site: CallSite, function: Definition | None) -> bool:
    """Whether a call of `tf.function` may have made what another call runs."""
    if function is None:
        return made.place == site.value.origin
    given = made.argument("func", 0)
    return given is None or given.value.definition is function


def tracing(module: "ModuleFacts", definition: Definition) -> Definition | None:
    """The function, this one or one round it, that is decorated with `tf.function`, or that Keras
    traces: `call` of a layer or model, `train_step` and its like. None where no such is known."""

    def compute() -> Definition | None:
        scope: Definition | None = definition if uses_tensorflow(module) else None
        while scope is not None and scope.is_function:
            compiled = scope.name != CALL_METHOD and is_keras_step(module, scope)
            if compiled or decorated_tf_function(module, scope) is not None:
                return scope
            scope = scope.parent
        return None

    return module.query(definition, "tracing", compute, None, breaks_cycles=True).read()  # type: ignore[no-any-return]


def is_keras_class(bases: frozenset[str]) -> bool:
    """Whether a class with these bases is a Keras model or layer, by whichever layer it extends."""
    return not bases.isdisjoint(MODEL_BASES) or any(
        name == LAYER_BASE or name.startswith(LAYER_PREFIXES) for name in bases
    )


def is_keras_step(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a method computes with tensors whenever a layer, a model, a loss or a `tf.Module` of
    the file is called or makes a step, or a metric is updated."""
    class_ = definition.parent
    if class_ is None or not class_.is_class:
        return False
    bases = module.ancestors(class_).names
    if definition.name == CALL_METHOD:
        return _MODULE in bases
    if definition.name == _METRIC_STEP:
        return _METRIC in bases
    if definition.name == _LOSS_STEP and _LOSS in bases:
        return True
    return definition.name in _KERAS_METHODS and is_keras_class(bases)


def is_symbolic(module: "ModuleFacts", definition: Definition, value: Value) -> bool:
    """Whether a value of a body may be a tensor of TensorFlow: where the body is traced, also what
    is made from its arguments."""
    if value.kind is Kind.TF_TENSOR:
        return True
    return (
        tensor_in_trace(value) is not None
        and definition.is_function
        and tracing(module, definition) is not None
    )


def tensor_in_trace(value: Value) -> Certainty | None:
    """How sure it is that a value of a traced body is a symbolic tensor; None where it is none, or
    nothing tells. What a traced function is given are tensors, and so is what is made of them; of
    what is gathered that may also be a shape or a flag, and only a tensor that is known counts."""
    if value.kind is Kind.TF_TENSOR:
        return value.certainty
    if value.kind is Kind.CONTAINER:
        parts = (value.element, *(value.items or ()), *(one for _, one in value.fields or ()))
        return next((one.certainty for one in parts if one and one.kind is Kind.TF_TENSOR), None)
    made_from_arguments = value.kind is Kind.UNKNOWN and parameters_in(value.sources)
    return Certainty.LIKELY if made_from_arguments else None


def wrapped_elsewhere(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a function is handed to `tf.function` in a body of the file."""
    facts = module.facts(definition)
    return facts.file_mentions(*module.names.words_for((TF_FUNCTION,))) and any(
        given is not None and given.value.definition is definition
        for site in facts.file_calls_of(TF_FUNCTION)
        for given in (site.argument("func", 0),)
    )


def runs_eagerly(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether the file asks TensorFlow or Keras to run functions without tracing them."""
    return module.facts(definition).file_mentions(*_EAGER_WORDS)


def outlives_trace(module: "ModuleFacts", definition: Definition, path: str) -> bool:
    """Whether the root of a path is bound neither in a body nor in the functions round it up to the
    one that TensorFlow traces."""
    root = root_of(path)
    traced = tracing(module, definition) or definition
    scope: Definition | None = definition
    while scope is not None:
        scope.code.read()
        shared = root in scope.global_names()
        if root in scope.parameter_names() or (scope.index.bindings_of(root) and not shared):
            return False
        if scope is traced:
            return True
        scope = scope.parent
    return True
