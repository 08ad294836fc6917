"""Runs the statements of a body through its state."""

import ast
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from leakwise.facts.by_use.graph_origins import unwrapped
from leakwise.facts.by_use.proof import proven_value
from leakwise.facts.code.in_place_sums import added_in_place
from leakwise.facts.code.names import header_nodes, imported_names, path_of, within
from leakwise.facts.incremental.blocks import blocks_of, run_blocks
from leakwise.facts.interpreter.assignments import assign, assign_annotated, augment, delete
from leakwise.facts.interpreter.binding import bind
from leakwise.facts.interpreter.expressions import evaluate
from leakwise.facts.interpreter.grad_questions import enter, held_before, told_by
from leakwise.facts.interpreter.loops import run_loop
from leakwise.facts.interpreter.narrowing import first_use, tensor_test, tensors_asked_for
from leakwise.facts.interpreter.patterns import bind_pattern, is_irrefutable
from leakwise.facts.interpreter.recording import mode_inside
from leakwise.facts.interpreter.rounds import bound_names, looped_over
from leakwise.facts.interpreter.run import Run
from leakwise.facts.interpreter.single_samples import note_single_given
from leakwise.facts.interpreter.state import State, join_branches, join_states
from leakwise.facts.interpreter.turns import kept_between_turns
from leakwise.facts.repeating.reruns import note_display
from leakwise.facts.resources.acquisitions import note_entered
from leakwise.facts.terms.events import Defining, Entering, Handling
from leakwise.facts.terms.places import Place, header_place, place_of
from leakwise.facts.terms.values import UNKNOWN, Kind, Value, join


def run_suite(run: Run, statements: Sequence[ast.stmt]) -> None:
    """Runs the statements of one suite, by their blocks where it is split into such."""
    if blocks := blocks_of(run, statements):
        run_blocks(run, blocks, run_statement)
        return
    for statement in statements:
        run_statement(run, statement)


def run_statement(run: Run, node: ast.stmt) -> None:
    """Runs one statement, unless it cannot be reached."""
    if run.state.dead:
        return
    runner = _RUNNERS.get(type(node))
    if runner is not None:
        outer = run.statement
        run.statement = node
        if run.watcher is not None:
            run.watcher.begun(run, node)
        runner(run, node)
        if run.watcher is not None:
            run.watcher.finished(run, node)
        run.statement = outer


def _expression(run: Run, node: ast.Expr) -> None:
    value = run.evaluate(node.value)
    if value.carries_graph and run.definition.node is None:
        note_display(run, node.value, value)
    addition = added_in_place(node)
    if addition is not None:
        augment(run, addition)


def _return(run: Run, node: ast.Return) -> None:
    if node.value is not None:
        run.outcome.give_back(run.evaluate(node.value))
        note_single_given(run, node)
    run.outcome.returning = True
    run.state.dead = True


def _raise(run: Run, node: ast.Raise) -> None:
    for part in (node.exc, node.cause):
        if part is not None:
            evaluate(run, part)
    run.state.dead = True


def _break(run: Run, node: ast.Break) -> None:
    run.outcome.breaks.append(run.state.copy())
    run.state.dead = True


def _continue(run: Run, node: ast.Continue) -> None:
    run.outcome.continues.append(run.state.copy())
    run.state.dead = True


def _if(run: Run, node: ast.If) -> None:
    test = evaluate(run, node.test)
    if run.watcher is not None:
        run.watcher.entered(run, node)
    before = run.state
    # An attribute's constant is what it is by default, and may be set from elsewhere.
    literal = isinstance(node.test, (ast.Constant, ast.Name)) and test.kind is Kind.NUMBER
    known = test.constant if literal and isinstance(test.constant, bool) else None
    told = told_by(run, node.test)
    run.state = before.branch()
    enter(run.state, told[0])
    if known is False:
        run.state.dead = True
    run_suite(run, node.body)
    after_body = run.state
    run.state = before.branch()
    enter(run.state, told[1])
    if known is True:
        run.state.dead = True
    run_suite(run, node.orelse)
    again = held_before(before, told, after_body, run.state)
    run.state = _joined(run, node.test, before, after_body, run.state)
    again.put_back(run.state)


def _joined(run: Run, test: ast.expr, before: State, body: State, orelse: State) -> State:
    """What holds behind both branches of an `if`, as far as its test tells."""
    if body.dead or orelse.dead:
        return join_branches(before, body, orelse, run.outside)
    known: dict[str, Value] = {}
    asked = tensor_test(test)
    if asked is not None and before.values.get(asked[0], UNKNOWN).is_tensor:
        known[asked[0]] = (body if asked[1] else orelse).values.get(asked[0], UNKNOWN)
    for path in tensors_asked_for(test):
        known[path] = join(body.values.get(path, UNKNOWN), orelse.values.get(path, UNKNOWN))
    first = first_use(test)
    later = None
    if first is not None:
        later = (orelse if first[1] else body).fresh_in.get(first[0])
    joined = join_branches(before, body, orelse, run.outside)
    for path, value in known.items():
        if path in joined.values:
            joined.change(path, value)
    if first is not None:
        # Bound on its first use only: what it holds later goes on from there.
        joined.fresh_in.pop(first[0], None)
        if later is not None:
            joined.fresh_in[first[0]] = later
    kept_between_turns(run, test, before, joined)
    return joined


def _for(run: Run, node: ast.For | ast.AsyncFor) -> None:
    over = evaluate(run, node.iter)
    names = bound_names(node.target)
    proven = run.evidence.names.get(id(node), frozenset())

    def begin() -> None:
        bind(run, node.target, looped_over(over))
        for name in names if proven else ():
            value = run.state.values[name]
            run.state.change(name, proven_value(run, name, value, node.iter, proven))

    run_loop(run, node, begin, run_suite, over=over, names=names)


def _while(run: Run, node: ast.While) -> None:
    run_loop(run, node, partial(evaluate, run, node.test), run_suite)


def _with(run: Run, node: ast.With | ast.AsyncWith) -> None:
    outer_grad = run.state.grad
    for item in node.items:
        value = evaluate(run, item.context_expr)
        note_entered(run, item.context_expr, value)
        run.state.grad = mode_inside(run, node, item.context_expr, value)
        run.outcome.add(
            Entering(
                run.place(item.context_expr),
                run.loops,
                value,
                path_of(item.context_expr),
                None if item.optional_vars is None else path_of(item.optional_vars),
                node,
                run.block,
                id(node),
            )
        )
        if item.optional_vars is not None:
            bind(run, item.optional_vars, _entered(run, item.context_expr, value))
    if run.watcher is not None:
        run.watcher.entered(run, node)
    run_suite(run, node.body)
    run.state.grad = outer_grad


def _entered(run: Run, manager: ast.expr, value: Value) -> Value:
    """What `with manager as name` binds."""
    if (
        value.kind in {Kind.UNKNOWN, Kind.CONTEXT}
        and isinstance(manager, ast.Call)
        and manager.args
    ):
        wrapped = unwrapped(manager)
        if wrapped is not manager:
            return evaluate(run, wrapped)
    return value


def _try(run: Run, node: ast.Try | ast.TryStar) -> None:
    before = run.state.copy()
    run_suite(run, node.body)
    after_body = run.state
    caught = join_states(before, after_body, run.outside)
    caught.dead = False
    run.state = after_body
    run_suite(run, node.orelse)
    end = run.state
    for handler in node.handlers:
        run.state = caught.copy()
        _note_handler(run, node, handler)
        if handler.name:
            run.state.bind(handler.name, _caught(run, handler), run.loops)
        run_suite(run, handler.body)
        if handler.name:
            # Python deletes the name where its handler ends.
            run.state.forget(handler.name)
        end = join_states(end, run.state, run.outside)
    run.state = end
    if node.finalbody:
        dead = end.dead
        run.state = caught.copy() if dead else end
        run_suite(run, node.finalbody)
        run.state.dead = run.state.dead or dead


def _note_handler(run: Run, node: ast.Try | ast.TryStar, handler: ast.ExceptHandler) -> None:
    caught = handler.type
    parts: list[ast.expr] = []
    if caught is not None:
        parts = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    found = [evaluate(run, part) for part in parts]
    names = tuple(one.name if one.kind is Kind.QUALIFIED else None for one in found)
    whole, attempted = run.place(node), _suite_place(run, node.body)
    run.outcome.add(
        Handling(run.place(handler), run.loops, names, whole, attempted, _texts(handler))
    )


def _suite_place(run: Run, suite: list[ast.stmt]) -> Place:
    """Where a suite of the current block stands, whose statements may be blocks of their own."""
    start = run.block.start
    blocks = [run.module.tree.child_block(one) or run.block for one in (suite[0], suite[-1])]
    first, last = place_of(suite[0], blocks[0]), place_of(suite[-1], blocks[1])
    return Place(
        run.block,
        first.line + blocks[0].start - start,
        first.column,
        last.end_line + blocks[1].start - start,
        last.end_column,
    )


def _texts(handler: ast.ExceptHandler) -> frozenset[str]:
    return frozenset(
        part.value.lower()
        for part in within(handler)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )


def _caught(run: Run, handler: ast.ExceptHandler) -> Value:
    """What was caught: it refers to the frames that it came through, and to all that they hold."""
    return Value(Kind.EXCEPTION, origin=header_place(handler, run.block, handler.type))


def _match(run: Run, node: ast.Match) -> None:
    subject = run.evaluate(node.subject)
    if run.watcher is not None:
        run.watcher.entered(run, node)
    before = run.state
    last = node.cases[-1]
    exhaustive = last.guard is None and is_irrefutable(last.pattern)
    end: State | None = None if exhaustive else before.copy()
    for case in node.cases:
        run.state = before.copy()
        bind_pattern(run, case.pattern, subject)
        if case.guard is not None:
            evaluate(run, case.guard)
        run_suite(run, case.body)
        end = run.state if end is None else join_states(end, run.state, run.outside)
    if end is not None:
        run.state = end


def _definition(run: Run, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
    for part in header_nodes(node):
        if isinstance(part, ast.expr):
            evaluate(run, part)
    made = run.module.names.defined(run.definition, node)
    if node.decorator_list and made.kind is Kind.FUNCTION and made.definition is not None:
        run.outcome.add(
            Defining(made.definition.place, run.loops, made.definition, run.statement_place())
        )
    run.state.bind(node.name, made, run.loops)


def _import(run: Run, node: ast.Import | ast.ImportFrom) -> None:
    for name, qualified in imported_names(node):
        if name != "*":
            run.state.bind(name, run.module.names.imported(qualified), run.loops)


def _check(run: Run, node: ast.Assert) -> None:
    evaluate(run, node.test)


_RUNNERS: dict[type[ast.stmt], Callable[[Run, Any], None]] = {
    ast.Expr: _expression,
    ast.Assign: assign,
    ast.AnnAssign: assign_annotated,
    ast.AugAssign: augment,
    ast.Delete: delete,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Match: _match,
    ast.FunctionDef: _definition,
    ast.AsyncFunctionDef: _definition,
    ast.ClassDef: _definition,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.Assert: _check,
}
