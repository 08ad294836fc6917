"""Which assignments mix what a path holds with something else: sums, averages, growing tensors."""

import ast
from typing import NamedTuple

from leakwise.facts.code.names import path_of
from leakwise.facts.interpreter.run import Run
from leakwise.facts.terms.events import Mix
from leakwise.facts.terms.values import UNKNOWN, Kind, Value


class Mixed(NamedTuple):
    """How an expression mixes what a path holds, and with what."""

    how: Mix
    others: list[ast.expr]


def mixed_with(run: Run, node: ast.expr, path: str) -> Mixed | None:
    """How `node` mixes what is at `path` with other parts; None where it does not.

    `path + a` is a sum; `0.9 * path + a`, `(path * n + a) / m` and `path.lerp(a, w)` are averages;
    `torch.cat([path, a])` joins. Of `a if path is None else 0.9 * path + b` both others count. What
    bounds, scales or casts a mixture, as `clamp()` does, leaves it one.
    """
    if isinstance(node, ast.IfExp):
        for branch, other in ((node.body, node.orelse), (node.orelse, node.body)):
            found = mixed_with(run, branch, path)
            if found is not None and path_of(other) != path:
                return Mixed(found.how, [other, *found.others])
            if found is not None:
                return found
        return None
    if isinstance(node, ast.Call):
        inner = _shaped(run, node)
        return _called(run, node, path) if inner is None else mixed_with(run, inner, path)
    return _added(node, path)


def _shaped(run: Run, node: ast.Call) -> ast.expr | None:
    """The arithmetic whose result a call bounds, scales or casts; None for other calls."""
    function = node.func
    if not isinstance(function, (ast.Attribute, ast.Name)):
        return None
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.BinOp):
        return function.value if function.attr in _SHAPING else None
    name = function.attr if isinstance(function, ast.Attribute) else function.id
    if name not in _SHAPING or not node.args or not isinstance(node.args[0], ast.BinOp):
        return None
    callee = run.evaluate(function)
    known = callee.kind is Kind.QUALIFIED and (callee.name or "").startswith("torch.")
    return node.args[0] if known else None


_SHAPING = frozenset(
    {"clamp", "clamp_", "clamp_min", "clamp_max", "clip", "normalize", "relu", "to", "cpu", "cuda"}
    | {"float", "half", "double", "type_as", "contiguous"}
)
"""Functions of torch and methods of tensors: https://docs.pytorch.org/docs/stable/torch.html."""


def gained(node: ast.expr, path: str) -> list[ast.expr] | None:
    """What a container at `path` gets where a longer one takes its place, as in the display of a
    list: `path + [a]`, `[*path, a]`. None where `node` is no such."""
    if isinstance(node, ast.List):
        rest = [one for one in node.elts if not _spreads(one, path)]
        return None if len(rest) == len(node.elts) else rest
    found = _added(node, path) if isinstance(node, ast.BinOp) else None
    if found is None or found.how is not Mix.SUM:
        return None
    return [ast.copy_location(ast.Starred(one, ast.Load()), one) for one in found.others]


def _spreads(node: ast.expr, path: str) -> bool:
    return isinstance(node, ast.Starred) and path_of(node.value) == path


def element_by(run: Run, node: ast.expr) -> Value:
    """What an expression in the display of a list puts into the list."""
    if not isinstance(node, ast.Starred):
        return run.evaluate(node)
    several = run.evaluate(node.value)
    held = several.element if several.kind is Kind.CONTAINER else several
    return UNKNOWN if held is None else held


def _added(node: ast.expr, path: str) -> Mixed | None:
    addends = _addends(node)
    if len(addends) == 1:
        # `(path * n + a) / m`
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
            found = _added(node.left, path)
            if found is None and isinstance(node.op, ast.Mult):
                found = _added(node.right, path)
            return None if found is None else Mixed(Mix.AVERAGE, found.others)
        return None
    others = [addend for addend in addends if not _is_multiple(addend, path)]
    if not others or len(others) == len(addends):
        return None
    plain = any(read_path(addend) == path for addend in addends)
    if plain and not any(_mentions(other, path) for other in others):
        return Mixed(Mix.SUM, others)
    return Mixed(Mix.AVERAGE, others)


def _addends(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        return [*_addends(node.left), *_addends(node.right)]
    return [node]


def _is_multiple(node: ast.expr, path: str) -> bool:
    """Whether this is what is at a path, or a product or quotient of it."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _is_multiple(node.left, path) or _is_multiple(node.right, path)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _is_multiple(node.left, path)
    return read_path(node) == path


def read_path(node: ast.expr) -> str | None:
    """The path that an expression reads, also with something in its place where nothing is there:
    `totals.get("loss", 0)`."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return path_of(node)
    if node.func.attr != "get" or not node.args or node.keywords:
        return None
    return path_of(ast.Subscript(node.func.value, node.args[0], ast.Load()))


def _mentions(node: ast.expr, path: str) -> bool:
    return any(read_path(part) == path for part in ast.walk(node) if isinstance(part, ast.expr))


def _called(run: Run, node: ast.Call, path: str) -> Mixed | None:
    function = node.func
    if not isinstance(function, (ast.Attribute, ast.Name)) or not node.args:
        return None
    name = function.attr if isinstance(function, ast.Attribute) else function.id
    if name not in _JOIN and name not in _LERP:
        return None
    if name in _LERP and isinstance(function, ast.Attribute) and path_of(function.value) == path:
        return Mixed(Mix.AVERAGE, [node.args[0]])
    callee = run.evaluate(function)
    if callee.kind is not Kind.QUALIFIED or not (callee.name or "").startswith("torch."):
        return None
    if name in _LERP:
        of_path = path_of(node.args[0]) == path and len(node.args) > 1
        return Mixed(Mix.AVERAGE, [node.args[1]]) if of_path else None
    if not isinstance(node.args[0], (ast.List, ast.Tuple)):
        return None
    parts = node.args[0].elts
    others = [part for part in parts if path_of(part) != path]
    return Mixed(Mix.JOINED, others) if others and len(others) < len(parts) else None


def lengthened_by(run: Run, node: ast.expr, path: str) -> list[ast.expr]:
    """What an array of numpy, or a tensor of TensorFlow, at `path` gets where a longer one takes
    its place: `np.concatenate([path, a])`, `np.append(path, a)`. Empty where `node` is no such."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, (ast.Attribute, ast.Name)):
        return []
    name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
    if not node.args or name not in _LENGTHENING:
        return []
    first = node.args[0]
    parts = first.elts if isinstance(first, (ast.List, ast.Tuple)) else node.args[:2]
    others = [part for part in parts if path_of(part) != path]
    if not others or len(others) == len(parts):
        return []
    callee = run.evaluate(node.func)
    known = callee.kind is Kind.QUALIFIED and (callee.name or "").startswith(_WITHOUT_GRAPHS)
    return others if known else []


_WITHOUT_GRAPHS = ("numpy.", "tensorflow.", "keras.")
_LERP = frozenset({"lerp"})
_JOIN = frozenset({"cat", "concat", "concatenate", "stack", "hstack", "vstack", "dstack"})
_LENGTHENING = _JOIN | {"append"}
MIXING_CALLS = _JOIN | _LERP
"""The last parts of the names of functions and methods that mix what they are given."""
