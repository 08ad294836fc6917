"""Evidence by use: what is known of a name from what is done with it.

What `.backward()` is called on is a tensor with a graph; so the statement that made it made one.
The search runs backwards through a body: a set of names that will be backpropagated before they
are bound again.
"""

import ast
from collections.abc import Sequence
from functools import partial

from leakwise.facts.by_use.graph_origins import (
    ELEMENTS,
    LAST,
    NONE,
    TERM,
    Names,
    as_losses,
    backward_operand,
    element_origins,
    graph_origins,
    is_weighted,
    loss_origins,
    loss_terms,
    part_origins,
    unwrapped,
)
from leakwise.facts.code.names import PUTTING_METHODS, path_of, paths_in
from leakwise.facts.incremental.noted import Evidence, Notes
from leakwise.facts.incremental.stretches import level_of, stretches
from leakwise.facts.interpreter.state import root_of
from leakwise.syntax import Block

_ROUNDS = 2
"""How often a loop's body is gone through: what a later round needs reaches an earlier one."""
_FROM_FIRST = frozenset({"torch.autograd.backward", "torch.autograd.grad"})
"""Functions that start a backward pass from their first argument:
https://docs.pytorch.org/docs/stable/autograd.html."""


def backpropagated_assignments(
    statements: Sequence[ast.stmt], evidence: Evidence, blocks: Sequence[Block] = ()
) -> Names:
    """Puts the evidence on the statements, and on those inside them, into `evidence`. Gives the
    names that are backpropagated as they were where the statements began. `blocks` are those of the
    statements where these are a document's own."""
    if blocks:
        return _blocks(list(blocks), evidence.at_exit, evidence, level_of(blocks))
    return _suite(statements, evidence.at_exit, evidence)


def _suite(statements: Sequence[ast.stmt], after: Names, found: Evidence) -> Names:
    outer = found.block
    for suite in outer.suites:
        if getattr(suite.owner, suite.field) is statements:
            live = _blocks(suite.blocks, after, found, level_of(suite.blocks))
            found.block = outer
            return live
    live = after
    for statement in reversed(statements):
        live = _gone_before(statement, live, found)
    return live


def _blocks(blocks: list[Block], after: Names, found: Evidence, level: int) -> Names:
    """As `_suite`, for blocks of a body that is split into such."""
    live = after
    if not level:
        for block in reversed(blocks):
            if block.children or not found.skips(block, live):
                found.block = block
                for statement in reversed(block.statements):
                    live = _gone_before(statement, live, found)
        return live
    for stretch in reversed(list(stretches(blocks, level))):
        if found.searched is None or len(stretch) == 1:
            live = _blocks(stretch, live, found, 0)
            continue
        known = found.searched.recall(stretch, level, live, found.puts)
        if known is None:
            search = partial(_stretch, stretch, live, found, level)
            known = found.searched.remember(stretch, level, live, search)
            found.notes.take(known.notes)
        else:
            found.repeat(known.notes)
        live = known.before
    return live


def _stretch(blocks: list[Block], after: Names, found: Evidence, level: int) -> tuple[Names, Notes]:
    """What is found in one stretch, and nothing of what was found before."""
    outer, found.notes = found.notes, Notes()
    live = _blocks(blocks, after, found, level - 1)
    own, found.notes = found.notes, outer
    return live, own


def _gone_before(statement: ast.stmt, live: Names, found: Evidence) -> Names:
    # A later round of the loops round it mostly comes with the same names.
    known = found.before.get((id(statement), live))
    if known is None:
        block, outer = found.block, found.notes
        found.notes = Notes()
        before = _statement(statement, live, found)
        known = found.before[id(statement), live] = before, found.notes
        outer.take(found.notes)
        found.block, found.notes = block, outer
    else:
        found.repeat(known[1])
    return known[0]


def _left(node: ast.Return | ast.Raise, found: Evidence) -> Names:
    """What is live where a body is left."""
    if isinstance(node, ast.Raise):
        return NONE
    if node.value is None:
        return found.at_exit
    returned = NONE if found.returned is None else found.returned(node.value)
    return found.at_exit | returned | _started(node.value, found)


def _statement(node: ast.stmt, live: Names, found: Evidence) -> Names:
    if isinstance(node, ast.Expr):
        return _put_in(node, live, found) | _started(node.value, found)
    if isinstance(node, ast.Assign):
        return _assign(node, node.targets, node.value, live, found)
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return _assign(node, [node.target], node.value, live, found)
    if isinstance(node, ast.AugAssign):
        path = path_of(node.target)
        if path is not None and path in live:
            found.note(node, frozenset({path}))
            if path + TERM in live and isinstance(node.op, (ast.Add, ast.Sub)):
                return live | as_losses(loss_terms(node.value, found.qualified))
        return live
    if isinstance(node, ast.If):
        body, orelse = _suite(node.body, live, found), _suite(node.orelse, live, found)
        return body & orelse if found.always else body | orelse
    if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
        return _loop(node, live, found)
    if isinstance(node, (ast.With, ast.AsyncWith)):
        live = _suite(node.body, live, found)
        for item in node.items:
            if item.optional_vars is not None and path_of(item.optional_vars) in live:
                operand = path_of(unwrapped(item.context_expr))
                if operand is not None:
                    live = live | {operand}
        return live
    if isinstance(node, (ast.Try, ast.TryStar)):
        after = _suite(node.finalbody, live, found)
        caught = after
        for handler in node.handlers:
            caught = caught | _suite(handler.body, after, found)
        return _suite(node.body, _suite(node.orelse, after, found) | caught, found)
    if isinstance(node, ast.Match):
        cases = [_suite(case.body, live, found) for case in node.cases]
        return live if found.always else NONE.union(live, *cases)
    if isinstance(node, (ast.Return, ast.Raise)):
        return _left(node, found)
    return live


def _loop(node: ast.For | ast.AsyncFor | ast.While, live: Names, found: Evidence) -> Names:
    inside = _suite(node.orelse, live, found) | live
    for _ in range(_ROUNDS):
        before = inside
        entry = _suite(node.body, inside, found)
        inside = inside | entry
        if not isinstance(node, ast.While):
            inside = inside | _gone_through(node.target, node.iter, inside, found)
        if inside == before:
            break
    if not isinstance(node, ast.While):
        bound = paths_in(node.target)
        proven = frozenset(name for name in entry if root_of(name.removesuffix(TERM)) in bound)
        if proven:
            found.note(node, proven)
    return inside


def _gone_through(target: ast.expr, over: ast.expr, live: Names, found: Evidence) -> Names:
    """What `for loss in losses: loss.backward()` backpropagates of what it goes through."""
    if isinstance(target, ast.Tuple) and isinstance(over, ast.Call) and len(target.elts) == 2:
        pair = over.func
        if found.qualified(pair) == "builtins.enumerate" and over.args:
            target, over = target.elts[1], over.args[0]
        elif isinstance(pair, ast.Attribute) and pair.attr == "items" and not over.args:
            target, over = target.elts[1], pair.value
    return element_origins(over, found.qualified) if path_of(target) in live else NONE


def _started(node: ast.expr, found: Evidence) -> Names:
    """What a call that is a statement of its own, or a whole value, backpropagates."""
    if not isinstance(node, ast.Call):
        return NONE
    operand = backward_operand(node, found.is_computed)
    if operand is None and node.args and found.qualified(node.func) in _FROM_FIRST:
        operand = node.args[0]
    if operand is None:
        return found.arguments(node)
    several = operand.elts if isinstance(operand, (ast.List, ast.Tuple)) else [operand]
    origins = graph_origins if is_weighted(node, operand) else loss_origins
    return NONE.union(*(origins(one, found.qualified) for one in several))


def _put_in(node: ast.Expr, live: Names, found: Evidence) -> Names:
    """`losses.append(loss)`, where elements of `losses` are backpropagated later."""
    call = node.value
    path = _holder(call) if isinstance(call, ast.Call) else None
    if path is None or not isinstance(call, ast.Call):
        return live
    proven = frozenset(name for name in live if name.startswith(path + "["))
    if not proven or (path + LAST not in proven and found.puts(path) > 1):
        # Of what several places put in, some may carry no graph.
        return live
    found.note(node, proven)
    return (live - {path + LAST}) | graph_origins(call.args[0], found.qualified)


def _holder(call: ast.Call) -> str | None:
    """The path into which a call puts its argument."""
    function = call.func
    if (
        isinstance(function, ast.Attribute)
        and function.attr in PUTTING_METHODS
        and len(call.args) == 1
    ):
        return path_of(function.value)
    return None


def _assign(
    node: ast.stmt,
    targets: Sequence[ast.expr],
    value: ast.expr,
    live: Names,
    found: Evidence,
) -> Names:
    before = live | _started(value, found)
    for target in targets:
        if isinstance(target, (ast.Tuple, ast.List)):
            before = _unpacked(node, target.elts, value, live, before, found)
        else:
            before = _bound(node, target, value, live, before, found)
    return before


def _unpacked(
    node: ast.stmt,
    targets: Sequence[ast.expr],
    value: ast.expr,
    live: Names,
    before: Names,
    found: Evidence,
) -> Names:
    parts: Sequence[ast.expr | None] = [None] * len(targets)
    if (
        isinstance(value, (ast.Tuple, ast.List))
        and len(value.elts) == len(targets)
        and not any(isinstance(part, ast.Starred) for part in (*targets, *value.elts))
    ):
        parts = value.elts
    elif isinstance(value, ast.Call):
        paths = frozenset(path for target in targets if (path := path_of(target)) is not None)
        if paths & live:
            found.note(node, paths & live, paths - live)
    for target, part in zip(targets, parts, strict=True):
        before = _bound(node, target, part, live, before, found)
    return before


def _bound(
    node: ast.stmt,
    target: ast.expr,
    value: ast.expr | None,
    live: Names,
    before: Names,
    found: Evidence,
) -> Names:
    """One path that a statement binds; `value` is None where it is a part of what is unpacked."""
    path = path_of(target)
    if isinstance(target, ast.Subscript) and value is not None:
        before = _put_at(node, target, value, live, before, found)
    if path is None:
        return before
    # `out` is also made where `out.loss` is.
    proven = frozenset(
        name for name in live if name == path or name.startswith((path + ".", path + "["))
    )
    if not proven:
        return before
    term = live & {path + TERM}
    found.note(node, proven | term)
    before = before - proven - term
    if value is None:
        return before
    if path + TERM in live:
        before = before | as_losses(loss_terms(value, found.qualified))
    for name in proven:
        before = before | _passed_through(value, path, name[len(path) :], found)
    return before


def _put_at(
    node: ast.stmt,
    target: ast.Subscript,
    value: ast.expr,
    live: Names,
    before: Names,
    found: Evidence,
) -> Names:
    """`losses[name] = loss`, where elements of `losses` are backpropagated later."""
    holder, path = path_of(target.value), path_of(target)
    if holder is None or holder + ELEMENTS not in live or found.puts(holder) > 1:
        return before
    found.note(node, frozenset({holder + ELEMENTS if path is None else path}))
    return before | graph_origins(value, found.qualified)


def _passed_through(value: ast.expr, path: str, part: str, found: Evidence) -> Names:
    """What must carry a graph if this part of a value does, which is bound to `path`."""
    if part:
        return part_origins(value, part, found.qualified)
    value = unwrapped(value)
    if _has_operand(value, path):
        # `loss = loss + penalty`: the loss carried it before, whatever the penalty is.
        return frozenset({path})
    return graph_origins(value, found.qualified)


def _has_operand(node: ast.expr, path: str) -> bool:
    node = unwrapped(node)
    if isinstance(node, ast.BinOp):
        return _has_operand(node.left, path) or _has_operand(node.right, path)
    return path_of(node) == path
