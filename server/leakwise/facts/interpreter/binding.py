"""Binds the targets of assignments, loops and `with`."""

import ast

from leakwise.facts.apis.resources import RESOURCE_KINDS
from leakwise.facts.code.names import path_of
from leakwise.facts.interpreter.run import Run, shown
from leakwise.facts.interpreter.state import root_of
from leakwise.facts.tensorflow.traced import is_symbolic
from leakwise.facts.terms.events import Loop, Storing
from leakwise.facts.terms.values import Certainty, Kind, Value, container, element_of

_KEEPERS = frozenset({Kind.INSTANCE, Kind.MODULE, Kind.UNKNOWN, Kind.PENDING})


def bind(run: Run, target: ast.expr, value: Value) -> None:
    """Binds a target of an assignment, a loop or a `with`."""
    if isinstance(target, (ast.Tuple, ast.List)):
        _unpack(run, target.elts, value)
        return
    if isinstance(target, ast.Starred):
        bind(run, target.value, container(value).but(length=None))
        return
    path = path_of(target)
    if path is None:
        for child in ast.iter_child_nodes(target):
            if isinstance(child, ast.expr):
                run.evaluate(child)
        run.outcome.store(value)
        return
    if outlives_body(run, path):
        run.outcome.store(value)
        if value.kind in _COSTLY or is_symbolic(run.module, run.definition, value):
            _note_storing(run, target, path, value)
    run.state.bind(path, value, run.loops)


def note_slot(run: Run, target: ast.expr, path: str, value: Value) -> None:
    """Notes that a tensor of TensorFlow takes a place in a container that outlives the body."""
    if value.kind is Kind.TF_TENSOR and outlives_body(run, path):
        _note_storing(run, target, path, value)


def _note_storing(run: Run, target: ast.expr, path: str, value: Value) -> None:
    if run.statement is not None:
        place, statement = run.place(target), run.statement_place()
        text = _text(run.statement, target)
        run.outcome.add(Storing(place, run.loops, path, value, statement, text), path)


def _text(statement: ast.stmt, target: ast.expr) -> str:
    """How what an assignment puts at a target of its own is written."""
    if isinstance(statement, ast.Assign) and target in statement.targets:
        return shown(statement.value)
    return ""


_COSTLY = RESOURCE_KINDS | {Kind.EXCEPTION, Kind.TAPE, Kind.KERAS_MODEL, Kind.TF_FUNCTION}


def outlives_body(run: Run, path: str) -> bool:
    """Whether what is put at a path is kept when the body ends."""
    root = root_of(path)
    if root in run.own_paths:
        return True
    if root == path:
        return False
    # An attribute or element: of something made here it dies with it.
    holder = run.state.values.get(root)
    if holder is None or holder.kind in _KEEPERS:
        return True
    # A list or dict that the caller handed in is the caller's.
    return holder.kind is Kind.CONTAINER and is_from_before(run, root)


def is_from_before(run: Run, path: str) -> bool:
    """Whether a path was there before this body began, and was not bound anew in it so far."""
    if path in run.state.fresh_in:
        return False
    root = root_of(path)
    if root == path or root not in run.state.values:
        return True
    return root in {parameter.arg for parameter in run.definition.parameters()}


def fresh_loops(run: Run, path: str) -> tuple[Loop, ...]:
    """The loops in whose body a path, or what it hangs on, is bound anew."""
    while True:
        known = run.state.fresh_in.get(path)
        if known is not None:
            return known
        cut = max(path.rfind("."), path.rfind("["))
        if cut <= 0:
            return ()
        path = path[:cut]


IN_TURNS = "[...]"
"""Behind a path: the path at which it is noted that what is there begins anew in some rounds."""


def begins_in_turns(run: Run, path: str) -> bool:
    """Whether what is at a path begins anew in some rounds of the loops round it alone."""
    return path + IN_TURNS in run.state.fresh_in


def _unpack(run: Run, targets: list[ast.expr], value: Value) -> None:
    items = value.items
    starred = any(isinstance(target, ast.Starred) for target in targets)
    if items is not None and len(items) == len(targets) and not starred:
        for target, item in zip(targets, items, strict=True):
            bind(run, target, item.made_from(value.sources))
        return
    if items is not None and starred and len(items) >= len(targets) - 1:
        _unpack_starred(run, targets, items)
        return
    part = _unpacked_tensor(value) if value.kind is Kind.TF_TENSOR else element_of(value)
    for target in targets:
        bind(run, target, part)


def _unpacked_tensor(value: Value) -> Value:
    """Each of what a layer gives, as an LSTM its output and states, or a row of one tensor."""
    return value.but(certainty=value.certainty.weaker(Certainty.LIKELY))


def _unpack_starred(run: Run, targets: list[ast.expr], items: tuple[Value, ...]) -> None:
    """`first, *rest = a, b, c`: the starred target takes what the others leave."""
    position = next(i for i, target in enumerate(targets) if isinstance(target, ast.Starred))
    behind = len(targets) - position - 1
    rest = items[position : len(items) - behind]
    for target, item in zip(targets[:position], items[:position], strict=True):
        bind(run, target, item)
    star = targets[position]
    assert isinstance(star, ast.Starred)
    bind(run, star.value, container(*rest, items=True))
    for target, item in zip(targets[position + 1 :], items[len(items) - behind :], strict=True):
        bind(run, target, item)
