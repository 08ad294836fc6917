"""What empties or trims a holder, and what begins it anew."""

import ast

from leakwise.facts.code.names import path_of, paths_in
from leakwise.facts.interpreter.run import Run
from leakwise.facts.terms.events import Relief
from leakwise.facts.terms.lifetimes import LimitKind
from leakwise.facts.terms.places import Locatable

# https://docs.python.org/3/tutorial/datastructures.html, /library/collections.html and /queue.html;
# `reset()` of meters and metrics, https://lightning.ai/docs/torchmetrics.
_METHODS = {
    **dict.fromkeys(("clear", "reset", "reset_state", "reset_states"), LimitKind.EMPTIED),
    **dict.fromkeys(("pop", "popleft", "popitem", "remove", "discard"), LimitKind.TAKEN),
    **dict.fromkeys(("get_nowait", "task_done"), LimitKind.TAKEN),
}


def note_method(run: Run, node: ast.Call, function: ast.Attribute) -> None:
    """Notes a call of a method that takes something out of what it is called on."""
    how = _METHODS.get(function.attr)
    if how is not None:
        note_relief(run, node, function.value, how)


def note_relief(run: Run, node: Locatable, holder: ast.expr, how: LimitKind) -> None:
    """Notes that a holder is relieved; one that has no path of its own by what holds it."""
    while isinstance(holder, ast.Subscript) and path_of(holder) is None:
        holder = holder.value
    path = path_of(holder)
    if path is not None:
        run.outcome.add(Relief(run.place(node), run.loops, path, how), path)


def note_deletion(run: Run, target: ast.expr) -> None:
    """Notes `del held[...]` and `del self.held`."""
    if isinstance(target, ast.Subscript):
        note_relief(run, target, target.value, _of_deletion(target.slice))
    elif isinstance(target, ast.Attribute):
        note_relief(run, target, target, LimitKind.EMPTIED)


def _of_deletion(key: ast.expr) -> LimitKind:
    if not isinstance(key, ast.Slice):
        return LimitKind.TAKEN
    whole = key.lower is None and key.upper is None
    return LimitKind.EMPTIED if whole else LimitKind.TRIMMED


def note_assignment(run: Run, target: ast.expr, value: ast.expr | None) -> None:
    """Notes that a holder which outlives the body begins anew, or is cut, by an assignment."""
    if isinstance(target, (ast.Tuple, ast.List)):
        for one in target.elts:
            note_assignment(run, one, None)
        return
    if isinstance(target, ast.Subscript):
        _note_item(run, target, value)
        return
    path = path_of(target)
    if path is None or not ("." in path or path in run.own_paths):
        return
    how = LimitKind.EMPTIED
    if value is not None and path in paths_in(value):
        if not (isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice)):
            # Made from what it held: that may be longer.
            return
        how = LimitKind.TRIMMED
    note_relief(run, target, target, how)


def _note_item(run: Run, target: ast.Subscript, value: ast.expr | None) -> None:
    key = target.slice
    if isinstance(key, ast.Slice):
        nothing = isinstance(value, (ast.List, ast.Tuple)) and not value.elts
        if nothing or (key.lower is None and key.upper is None):
            note_relief(run, target, target.value, _of_deletion(key))
    elif (
        isinstance(key, ast.BinOp)
        and isinstance(key.op, ast.Mod)
        and not isinstance(key.left, (ast.Constant, ast.JoinedStr))
    ):
        # `slots[step % size]`, and not `by_name["epoch %d" % epoch]`.
        note_relief(run, target, target.value, LimitKind.SLOT)
