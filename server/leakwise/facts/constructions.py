"""Costly objects that calls make."""

import ast

from leakwise.facts.events import Construction, Loop
from leakwise.facts.names import path_of
from leakwise.facts.run import Run, shown
from leakwise.facts.values import Kind, Value


def constructed(run: Run, node: ast.Call, made: Value) -> Value:
    """The object that a call made; a costly one is noted, and followed to where it is kept."""
    place = run.place(node)
    if made.kind is Kind.TAPE:
        return made.made_from(frozenset({place}))
    if made.kind is not Kind.KERAS_MODEL:
        return made
    run.outcome.add(
        Construction(
            place,
            run.loops,
            made,
            shown(node.func),
            run.bound_to,
            bool(run.loops) and _uses_outer_layers(run, node, run.loops[-1]),
            run.statement_place(),
        )
    )
    return made.made_from(frozenset({place}))


def _uses_outer_layers(run: Run, node: ast.Call, loop: Loop) -> bool:
    """Whether a call is handed Keras layers or models that were made before `loop` began."""
    for part in ast.walk(node):
        path = path_of(part) if isinstance(part, ast.Name | ast.Attribute) else None
        held = None if path is None else run.state.values.get(path)
        if path is None or held is None or loop in run.state.fresh_in.get(path, ()):
            continue
        if any(one.kind in _KERAS for one in (held, held.element) if one is not None):
            return True
    return False


_KERAS = frozenset({Kind.KERAS_LAYER, Kind.KERAS_MODEL})
