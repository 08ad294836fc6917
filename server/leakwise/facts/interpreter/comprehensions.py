"""Comprehensions: loops of their own, with names of their own, that keep what they compute."""

import ast

from leakwise.facts.code.names import paths_in
from leakwise.facts.interpreter.binding import bind
from leakwise.facts.interpreter.containers import attached_part, holds_graph
from leakwise.facts.interpreter.rounds import bound_names, looped_over
from leakwise.facts.interpreter.run import Run, shown
from leakwise.facts.terms.events import Keeping, Loop, TrainingStep
from leakwise.facts.terms.values import Kind, Value


def comprehension(run: Run, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
    """What `[... for ... in ...]`, a set or a generator like it gives."""
    made = _gathered(run, node, node.generators, (node.elt,))
    if not isinstance(node, ast.GeneratorExp) and run.binds(node):
        _note_gathered(run, node, made)
    return made


def _note_gathered(run: Run, node: ast.ListComp | ast.SetComp, made: Value) -> None:
    """Notes what the rounds of a comprehension that trains put into the list that it makes, as
    with `append` in a loop: where each round uses up its graph, the list keeps all of them."""
    stored, path = made.element, run.bound_to
    if stored is None or path is None or not holds_graph(stored):
        return
    steps = (one for one in run.outcome.events.values() if isinstance(one, TrainingStep))
    inner = next((one.loops for one in steps if _is_inside(one.loops, node)), None)
    if inner is None:
        return
    place, part = run.place(node.elt), attached_part(stored)
    whole = stored.carries_graph
    run.outcome.add(
        Keeping(
            place,
            inner,
            path,
            made,
            "append",
            part,
            shown(node.elt),
            (place,) if whole else (),
            (stored,) if whole else (),
            run.loops,
            False,
            run.statement_place(),
        )
    )


def _is_inside(loops: tuple[Loop, ...], node: ast.expr) -> bool:
    return any(loop.identity == id(node) for loop in loops)


def dict_comprehension(run: Run, node: ast.DictComp) -> Value:
    """What `{...: ... for ... in ...}` gives."""
    return _gathered(run, node, node.generators, (node.key, node.value))


def _gathered(
    run: Run, node: ast.expr, generators: list[ast.comprehension], parts: tuple[ast.expr, ...]
) -> Value:
    outer_state, outer_loops = run.state, run.loops
    run.state = outer_state.copy()
    try:
        for generator in generators:
            over = run.evaluate(generator.iter)
            place = run.place(node)
            names = bound_names(generator.target)
            paths, given = paths_in(generator.iter), over.portable()
            loop = Loop(place, node, run.block, id(node), given, over.length, names, paths)
            run.loops = (*run.loops, loop)
            bind(run, generator.target, looped_over(over))
            for condition in generator.ifs:
                run.evaluate(condition)
        values = [run.evaluate(part) for part in parts]
    finally:
        run.state, run.loops = outer_state, outer_loops
    return Value(Kind.CONTAINER, element=values[-1])
