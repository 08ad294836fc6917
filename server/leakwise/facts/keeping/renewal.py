"""In which loops a name stands for another object in each round."""

import ast

from leakwise.facts.code.computed_numbers import computes_number, tells_apart
from leakwise.facts.code.names import path_of, paths_in
from leakwise.facts.interpreter.run import Run, shown
from leakwise.facts.terms.events import Loop
from leakwise.facts.terms.values import UNKNOWN, Kind, Value


def renewing(run: Run, paths: frozenset[str], loops: tuple[Loop, ...]) -> tuple[Loop, ...]:
    """The loops in which what these paths lead to is another object in each round, the innermost
    first."""
    found: list[Loop] = []
    for loop in reversed(loops):
        if not paths.isdisjoint(loop.names):
            # A part of what the loop goes through; that may be the same in loops further out.
            found.append(loop)
            paths = paths.difference(loop.names) | loop.over_paths
            continue
        for path in paths:
            if loop in _fresh(run, path):
                found.append(loop)
                break
    return tuple(found)


def computed_number(run: Run, node: ast.expr) -> str:
    """The text of arithmetic that gives another number for each one that it is given, such as
    `0.1 * step` or `float(step)`, also in a function of the file; "" for what is none, or may give
    a few numbers alone, such as `step % 2`."""
    if not isinstance(node, _COMPUTING):
        return ""
    return shown(node) if tells_apart(node) or _is_computed_by_function(run, node) else ""


def _is_computed_by_function(run: Run, node: ast.expr) -> bool:
    if not isinstance(node, ast.Call) or path_of(node.func) is None:
        return False
    called = run.evaluate(node.func).definition
    return called is not None and computes_number(run.module, called)


def counted_text(run: Run, node: ast.expr) -> str:
    """The text of an f-string, or of what makes a text in another way, that shows a number, and so
    is another one for each; else ""."""
    shows = any(run.evaluate(part).kind is Kind.NUMBER for part in _shown_in(node))
    return shown(node) if shows else ""


def _shown_in(node: ast.expr) -> list[ast.expr]:
    """What a text shows that is made so: `f"{x}"`, `"{}".format(x)`, `"%d" % x`, `"x" + str(x)`."""
    if isinstance(node, ast.JoinedStr):
        return [one.value for one in node.values if isinstance(one, ast.FormattedValue)]
    if isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr == "format":
            return [*node.args, *(one.value for one in node.keywords)]
        return node.args[:1] if path_of(function) == "str" else []
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and _is_text(node.left):
        return node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_shown_in(node.left), *_shown_in(node.right)]
    return []


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


_COMPUTING = (ast.BinOp, ast.UnaryOp, ast.Call)


def _fresh(run: Run, path: str) -> tuple[Loop, ...]:
    fresh = run.state.fresh_in
    return fresh.get(path + _PART, fresh.get(path, ()))


_PART = "[()]"
"""Behind a name: the path at which it is noted in which loops the object is another one that the
name was bound to a part of."""


def note_part(run: Run, path: str, value: ast.expr) -> None:
    """Notes that a name now stands for a part of something: `layer = net.layer4` in a loop binds
    the name anew in each round, and the object is the same."""
    if run.loops and path.isidentifier() and _names_part(value):
        loops = renewing(run, paths_in(value), run.loops)
        run.state.bind(path + _PART, UNKNOWN, loops)


def note_step(run: Run, path: str, value: Value) -> None:
    """Notes that a number is another one in each round, where a loop's own statement adds to it or
    multiplies it: not where a condition decides whether it does."""
    own = run.instance is not None and path.rpartition(".")[0] == run.instance
    if not run.loops or value.kind is not Kind.NUMBER or not (own or path.isidentifier()):
        return
    node = run.loops[-1].node
    if not isinstance(node, ast.expr) and run.statement in node.body:
        run.state.bind(path + _PART, UNKNOWN, run.loops)


def _names_part(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return path_of(node.func) == "getattr" and len(node.args) > 1
    return isinstance(node, (ast.Attribute, ast.Subscript)) and path_of(node) is not None
