"""What begins anew in some rounds of a loop alone: `if step % 100 == 0: total = 0`."""

import ast

from leakwise.facts.code.names import within
from leakwise.facts.interpreter.binding import IN_TURNS
from leakwise.facts.interpreter.containers import holds_graph
from leakwise.facts.interpreter.run import Run
from leakwise.facts.interpreter.state import State, root_of
from leakwise.facts.terms.values import UNKNOWN


def kept_between_turns(run: Run, test: ast.expr, before: State, joined: State) -> None:
    """Notes what an `if` whose test holds once in so many rounds begins anew, where it had gathered
    graphs: it keeps those of the rounds between."""
    if not run.loops or not _holds_in_turns(test):
        return
    for path, held in before.values.items():
        known = before.fresh_in.get(path, ())
        if joined.fresh_in.get(path, ()) == known or not holds_graph(held):
            continue
        if path not in held.sources and root_of(path) not in held.sources:
            # It was made here, and gathers nothing.
            continue
        joined.fresh_in[path] = known
        joined.bind(path + IN_TURNS, UNKNOWN, run.loops)


def _holds_in_turns(test: ast.expr) -> bool:
    return any(
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) for node in within(test)
    )
