"""Comprehensions: loops of their own, with names of their own, that keep what they compute."""

import ast

from leakwise.facts.code.names import paths_in
from leakwise.facts.interpreter.binding import bind
from leakwise.facts.interpreter.rounds import bound_names, looped_over
from leakwise.facts.interpreter.run import Run
from leakwise.facts.terms.events import Loop
from leakwise.facts.terms.values import Kind, Value


def comprehension(run: Run, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
    """What `[... for ... in ...]`, a set or a generator like it gives."""
    return _gathered(run, node, node.generators, (node.elt,))


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
