"""Loops: their rounds, and what one leaves for the next."""

import ast
from collections.abc import Callable, Sequence

from leakwise.facts.code.names import paths_in
from leakwise.facts.interpreter.carrying import (
    behind_loop,
    in_later_rounds,
    left_for_later,
    mark,
    suppose_carried,
)
from leakwise.facts.interpreter.run import Run
from leakwise.facts.interpreter.state import Outcome, join_states
from leakwise.facts.terms.events import Carried, Loop, Looping
from leakwise.facts.terms.places import header_place
from leakwise.facts.terms.values import Value

ROUNDS = 3
"""How often a loop's body is run at most, so that what one round leaves reaches the next."""


def run_loop(
    run: Run,
    node: ast.For | ast.AsyncFor | ast.While,
    begin: Callable[[], object],
    suite: Callable[[Run, Sequence[ast.stmt]], None],
    *,
    over: Value | None = None,
    names: tuple[str, ...] = (),
) -> None:
    """Runs a loop until what a round leaves is what it was given, or for `ROUNDS` rounds.

    `begin` begins a round, `suite` runs a suite; `over` is what a `for` goes through, `names` what
    it binds.
    """
    last = node.test if isinstance(node, ast.While) else node.iter
    loop = Loop(
        header_place(node, run.block, last),
        node,
        run.block,
        id(node),
        None if over is None else over.portable(),
        1 if _ends_with_first_round(node) else None if over is None else over.length,
        names,
        frozenset() if isinstance(node, ast.While) else paths_in(node.iter),
    )
    outer_loops, outer_outcome = run.loops, run.outcome
    run.loops = (*outer_loops, loop)
    before = run.state
    entry = before.copy()
    for round_number in range(ROUNDS):
        run.outcome = Outcome()
        run.state = entry.copy()
        begin()
        if run.watcher is not None:
            run.watcher.entered(run, node)
        suite(run, node.body)
        after = full = run.state
        for state in run.outcome.continues:
            after = join_states(after, state, run.outside)
        again = in_later_rounds(run, before, after, join_states(entry, after, run.outside))
        if round_number == 0 and not full.dead:
            suppose_carried(run, before, full, after, again)
        settled = after.dead or again == entry
        if settled or round_number == ROUNDS - 1:
            break
        outer_outcome.merge(run.outcome, flows_only=True)
        entry = again
    inner = run.outcome
    # In one order, whichever way the state was made.
    for path, value in sorted(left_for_later(before, after).items(), key=lambda one: one[0]):
        source = mark(path, len(run.loops))
        start = before.values[path]
        inner.add(Carried(loop.place, run.loops, path, value, source, start), path)
    run.loops, run.outcome = outer_loops, outer_outcome
    leaving = inner.breaks
    inner.breaks, inner.continues = [], []
    outer_outcome.merge(inner)
    outer_outcome.add(
        Looping(loop.place, outer_loops, loop, left_early=bool(leaving) or inner.returning)
    )
    endless = isinstance(node, ast.While) and _always(node.test)
    run.state = behind_loop(before, after, again.copy())
    run.state.dead = endless or (entry.dead and after.dead)
    suite(run, node.orelse)
    for state in leaving:
        run.state = join_states(run.state, state, run.outside)


def _ends_with_first_round(node: ast.For | ast.AsyncFor | ast.While) -> bool:
    """Whether no second round of a loop begins: each ends in a `break`, a `return` or a `raise`."""
    if not isinstance(node.body[-1], (ast.Break, ast.Return, ast.Raise)):
        return False
    pending: list[ast.AST] = [*node.body]
    while pending:
        one = pending.pop()
        if isinstance(one, ast.Continue):
            return False
        if not isinstance(one, _OTHER_LOOPS):
            pending.extend(ast.iter_child_nodes(one))
    return True


_OTHER_LOOPS = (
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
)


def _always(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and bool(test.value)
