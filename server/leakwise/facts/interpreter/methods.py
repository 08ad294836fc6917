"""What a call of a method gives and does, by what it is called on."""

import ast
import re

from leakwise.facts.apis.keras import MODEL_METHODS
from leakwise.facts.apis.resources import (
    ENTER_METHODS,
    METHODS,
    RESOURCE_KINDS,
)
from leakwise.facts.apis.settings import parsed
from leakwise.facts.apis.torch_methods import (
    BACKWARD_METHODS,
    EACH_PARAMETER,
    LEAVE_TORCH,
    LOSS_WRAPPERS,
    MODULE_ITSELF,
    OPTIMIZER_STEP,
    SIZES,
)
from leakwise.facts.by_use.backpropagation import is_computed
from leakwise.facts.by_use.graph_origins import backward_operand
from leakwise.facts.code.names import path_of
from leakwise.facts.interpreter.containers import container_method
from leakwise.facts.interpreter.keras_values import gradients, model_method, weights
from leakwise.facts.interpreter.metric_values import is_torch_metric, metric_method
from leakwise.facts.interpreter.module_calls import forward_call
from leakwise.facts.interpreter.module_lists import MODULES_BY_NAME, held_by, note_put
from leakwise.facts.interpreter.object_methods import object_method
from leakwise.facts.interpreter.recording import mode_behind
from leakwise.facts.interpreter.reductions import elements_by
from leakwise.facts.interpreter.run import Run, known_module, pending_call, unknown_call
from leakwise.facts.interpreter.tensor_calls import moved_by, tensor_method
from leakwise.facts.keeping.reliefs import note_method
from leakwise.facts.resources.acquisitions import (
    acquire,
    is_lent,
    note_entered,
    note_giving,
    resource_method,
)
from leakwise.facts.resources.handing import handed_by_name
from leakwise.facts.tensorflow.traced import only_keras
from leakwise.facts.terms.events import TrainingStep
from leakwise.facts.terms.model_events import ModelUse
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.storage import LEAF, View, stored
from leakwise.facts.terms.values import (
    NUMBER,
    OTHER,
    SHAPE,
    Certainty,
    Graph,
    Kind,
    Value,
    container,
    tensor,
)


def method_call(
    run: Run,
    node: ast.Call,
    function: ast.Attribute,
    receiver: Value,
    arguments: list[Value],
    keywords: dict[str, Value],
) -> Value:
    """The value of `receiver.method(...)`; what it does is noted."""
    name = function.attr
    path = path_of(function.value)
    everything = [*arguments, *keywords.values()]
    if name in BACKWARD_METHODS:
        return _backward(run, node, function, receiver)
    note_method(run, node, function)
    if receiver.kind in RESOURCE_KINDS:
        result = resource_method(run, node, function, receiver, everything)
        known = object_method(run, run.place(node), name, receiver, arguments, keywords)
        return result if known is None else known
    if name in run.module.release_methods and not arguments:
        note_giving(run, node, function.value, receiver)
    if name in ENTER_METHODS and arguments:
        run.state.grad = mode_behind(run, node.args[0], arguments[0])
        note_entered(run, node.args[0], arguments[0], by_stack=True)
        return arguments[0]
    hooks = METHODS.get(receiver.kind)
    taken = (hooks or _HOOKS).get(name)
    if taken is not None:
        certainty = receiver.certainty if hooks else Certainty.LIKELY
        return acquire(run, node, taken, receiver, certainty)
    if receiver.is_tensor:
        return tensor_method(run, node, name, receiver, arguments, keywords)
    if known_module(receiver):
        return _module_method(run, node, path, name, receiver, arguments, keywords)
    if receiver.kind is Kind.OPTIMIZER or run.kind_by_use(path) is Kind.OPTIMIZER:
        if name == OPTIMIZER_STEP:
            run.outcome.add(TrainingStep(run.place(node), run.loops, "step"))
        return OTHER
    if receiver.kind is Kind.KERAS_MODEL:
        if name in MODEL_METHODS and path is not None:
            run.outcome.add(ModelUse(run.place(node), run.loops, path, receiver.origin, name))
        return model_method(run, node, name, receiver, [*arguments, *keywords.values()])
    if receiver.kind is Kind.TAPE and name == "gradient":
        return gradients(run, node, everything)
    if receiver.kind in {Kind.CONTAINER, Kind.UNKNOWN}:
        kept = container_method(run, node, function, receiver, arguments, keywords)
        if kept is not None:
            return kept
    if is_torch_metric(receiver):
        unknown_call(run, [*arguments, *keywords.values()])
        return metric_method(name, receiver)
    known = object_method(run, run.place(node), name, receiver, arguments, keywords)
    if known is not None:
        return known
    return _unknown_method(run, node, function, receiver, arguments, keywords)


_HOOKS = METHODS[Kind.TENSOR] | METHODS[Kind.MODULE]
"""By these methods alone it is likely what they are called on."""


def _backward(run: Run, node: ast.Call, function: ast.Attribute, receiver: Value) -> Value:
    operand = backward_operand(node, lambda name: is_computed(run.module, run.definition, name))
    if operand is not None and operand is not function.value and receiver.is_tensor:
        # What it is given is a gradient.
        operand = function.value
    if operand is not None:
        started = receiver if operand is function.value else run.evaluate(operand)
        path = path_of(operand)
        if isinstance(operand, ast.Subscript) and _is_one_element(operand):
            # One element of a list: the others, and so the list, are not consumed.
            holder = run.evaluate(operand.value)
            if holder.kind is Kind.CONTAINER and holder.element is not None:
                started = holder.element
        if path is not None:
            started = started.made_from(frozenset({path}))
        run.outcome.backpropagate(started)
    run.outcome.add(TrainingStep(run.place(node), run.loops, "backward"))
    return OTHER


def _is_one_element(node: ast.Subscript) -> bool:
    index = node.slice.operand if isinstance(node.slice, ast.UnaryOp) else node.slice
    return isinstance(index, ast.Constant) and isinstance(index.value, int)


def _module_method(
    run: Run,
    node: ast.Call,
    path: str | None,
    name: str,
    module: Value,
    arguments: list[Value],
    keywords: dict[str, Value],
) -> Value:
    everything = [*arguments, *keywords.values()]
    if name == "forward":
        if module.kind is Kind.CRITERION:
            return tensor(Graph.UNKNOWN, scalar=elements_by(module))
        return forward_call(run, node, path, module, everything)
    if name in {"eval", "train"} and path is not None:
        mode = arguments[0] if arguments else keywords.get("mode")
        if name == "eval" or (mode is not None and mode.constant is False):
            run.state.evaluating[path] = Value(Kind.OTHER, origin=run.place(node))
        else:
            run.state.evaluating.pop(path, None)
    if name in MODULE_ITSELF:
        placed = moved_by(name, module, arguments, keywords)
        if placed.storage is not module.storage and path is not None and path in run.state.values:
            run.state.change(path, placed)
        return placed
    if name == "register_buffer" and len(arguments) > 1 and path is not None:
        attribute = arguments[0].constant
        if isinstance(attribute, str):
            run.state.bind(f"{path}.{attribute}", arguments[1], run.loops)
        return OTHER
    if name == "get_submodule":
        return Value(Kind.MODULE, sources=module.sources)
    if name in {"modules", "children"}:
        return container(Value(Kind.MODULE, sources=module.sources)).but(length=None)
    if name in {"named_modules", "named_children"}:
        pair = container(OTHER, Value(Kind.MODULE, sources=module.sources), items=True)
        return container(pair).but(length=None)
    note_put(run, path, name, module, everything)
    if name in {"values", "items"} and module.name == MODULES_BY_NAME:
        one = held_by(module)
        held = container(OTHER, one, items=True) if name == "items" else one
        return container(held).but(length=None)
    if name in _WEIGHTS:
        return _weights(name, module, run.place(node))
    if name == "load_state_dict":
        return OTHER
    if module.definition is not None:
        forget_attributes(run, path, name, module)
    return unknown_call(run, everything)


_TRAINING = re.compile("train|fit|learn|mode")
_UNSEEN = frozenset({Kind.UNKNOWN, Kind.PENDING})
_WEIGHTS = EACH_PARAMETER | {"buffers", "named_buffers", "state_dict"}


def _weights(name: str, module: Value, place: Place) -> Value:
    """The parameters or buffers of a module, or its weights by name: its own, not copies. What is
    made of a `state_dict()` comes from where that was called."""
    certainty = module.certainty.weaker(Certainty.LIKELY)
    storage = LEAF if "parameters" in name else stored(view=View.SHARED)
    part = tensor(Graph.DETACHED, certainty=certainty, storage=storage)
    if name == "state_dict":
        part = part.made_from(frozenset({place}))
    named = container(OTHER, part, items=True) if name.startswith("named") else part
    return container(named).but(length=None)


def forget_attributes(run: Run, path: str | None, method: str, owner: Value) -> None:
    """A method whose code was not followed may have changed the attributes of its object, but for
    one of a library, which knows nothing of those that a class of the file invents; into training
    mode it puts networks only where its name tells of training."""
    if path is None:
        return
    trains, class_ = _TRAINING.search(method) is not None, owner.definition
    of_library = (
        class_ is not None
        and class_.is_class
        and run.module.ancestors(class_).named
        and not run.module.scopes.named(method)
        and path == run.instance
    )
    if trains or not of_library:
        run.state.forget_below(path, modes=trains)


def _unknown_method(
    run: Run,
    node: ast.Call,
    function: ast.Attribute,
    receiver: Value,
    positional: list[Value],
    keywords: dict[str, Value],
) -> Value:
    name = function.attr
    arguments = [*positional, *keywords.values()]
    if name == "item" and not arguments:
        return NUMBER
    if (settings := parsed(name)) is not None and receiver.kind in _UNSEEN:
        return settings
    if name in SIZES:
        return SHAPE if name == "size" and not arguments else NUMBER
    if name in {"tolist", "numpy"} and name in LEAVE_TORCH:
        return OTHER
    if name in {"detach", "detach_"}:
        return tensor(Graph.DETACHED, certainty=Certainty.LIKELY, sources=receiver.sources)
    if name in LOSS_WRAPPERS and arguments:
        return arguments[0]
    if name in MODULE_ITSELF and receiver.kind in _UNSEEN and name != "type":
        # A tensor, a module or a batch: what moves or casts it gives the same thing again.
        return moved_by(name, receiver, positional, keywords)
    if name == "get_weights" and not arguments and receiver.kind in _UNSEEN:
        return weights(run, node, receiver)
    if name in EACH_PARAMETER and receiver.kind is Kind.UNKNOWN and not only_keras(run.module):
        # Nothing but a network has parameters with which a file that uses torch does something.
        module = Value(Kind.MODULE, certainty=Certainty.LIKELY)
        return _weights(name, module, run.place(node)).made_from(receiver.sources)
    if receiver.kind is Kind.INSTANCE or receiver.definition is not None:
        forget_attributes(run, path_of(function.value), name, receiver)
    if receiver.kind is Kind.PENDING:
        return pending_call(run, node, arguments).made_from(receiver.sources)
    if receiver.kind is Kind.UNKNOWN and handed_by_name(run, node, function, positional, keywords):
        return Value(sources=receiver.sources)
    result = unknown_call(run, (one for one in arguments if not is_lent(one, name)))
    return result.made_from(receiver.sources)
