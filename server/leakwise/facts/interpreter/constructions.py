"""Costly objects that calls make."""

import ast

from leakwise.facts.by_use.models_by_use import training_of
from leakwise.facts.code.names import path_of, paths_in, within
from leakwise.facts.interpreter.run import Run, shown
from leakwise.facts.interpreter.state import root_of
from leakwise.facts.keeping.renewal import renewing
from leakwise.facts.terms.events import Loop
from leakwise.facts.terms.model_events import Construction
from leakwise.facts.terms.values import Certainty, Kind, Value


def constructed(run: Run, node: ast.Call, made: Value) -> Value:
    """The object that a call made; a costly one is noted, and followed to where it is kept."""
    place = run.place(node)
    if made.kind is Kind.TAPE:
        return made.made_from(frozenset({place}))
    if made.kind is not Kind.KERAS_MODEL:
        return made
    outside = _uses_layers_from_outside(run, node, run.loops[-1] if run.loops else None)
    run.outcome.add(
        Construction(
            place,
            run.loops,
            made,
            shown(node.func),
            run.bound_to,
            outside,
            run.statement_place(),
        )
    )
    return made.made_from(frozenset({place}))


def made_by_use(run: Run, node: ast.Call, made: Value) -> Value:
    """What a call of unknown code gives, which is bound to a name: a Keras model, and noted, where
    the body trains it as one."""
    name = run.bound_to
    if made.kind is not Kind.UNKNOWN or name is None or not run.binds(node):
        return made
    function = path_of(node.func) or (
        node.func.attr if isinstance(node.func, ast.Attribute) else ""
    )
    if not name.isidentifier() or not function or function.rpartition(".")[2] in _TAKING:
        return made
    trained = training_of(run.module, run.definition, name)
    if not trained:
        return made
    place, paths = run.place(node), paths_in(node)
    parameters = run.definition.parameter_names()
    model = made.but(kind=Kind.KERAS_MODEL, certainty=Certainty.LIKELY, origin=place)
    run.outcome.add(
        Construction(
            place,
            run.loops,
            model,
            shown(node.func),
            name,
            False,
            run.statement_place(),
            trained,
            renewing(run, paths, run.loops),
            any(root_of(path) in parameters for path in paths),
        )
    )
    return model.made_from(frozenset({place}))


_TAKING = frozenset({"get", "pop", "popleft", "popitem", "setdefault", "next", "getattr", "copy"})
"""Python's own functions and methods that give what was there before:
https://docs.python.org/3/library/stdtypes.html#dict, /collections.html, /queue.html."""


def _uses_layers_from_outside(run: Run, node: ast.Call, loop: Loop | None) -> bool:
    """Whether a call is handed Keras layers or models that were made before `loop` began, or
    without one before the body."""
    parts = (part for part in within(node) if isinstance(part, (ast.Name, ast.Attribute)))
    for part in parts:
        path = path_of(part)
        if path is None:
            continue
        if loop is None:
            held = None if _is_own(run, path) else run.evaluate(part)
        elif loop in run.state.fresh_in.get(path, ()):
            continue
        else:
            held = run.state.values.get(path)
            root = root_of(path)
            made_here = loop in run.state.fresh_in.get(root, ())
            if _names_layers(part) and not made_here and run.read(root).kind is not Kind.QUALIFIED:
                return True
        if held is not None and any(one and one.kind in _KERAS for one in (held, held.element)):
            return True
    return False


def _names_layers(node: ast.expr) -> bool:
    """Whether this looks up a layer of a model, or what one takes or gives:
    https://keras.io/api/models/model/."""
    return isinstance(node, ast.Attribute) and node.attr in _OF_MODELS


_OF_MODELS = frozenset({"input", "inputs", "output", "outputs", "get_layer"})


def _is_own(run: Run, path: str) -> bool:
    """Whether the root of a path is bound in this body, or is no function's."""
    root = root_of(path)
    if not run.definition.is_function:
        return True
    if root == run.instance or root in run.definition.parameter_names():
        return False
    return bool(run.definition.index.bindings_of(root))


_KERAS = frozenset({Kind.KERAS_LAYER, Kind.KERAS_MODEL})
