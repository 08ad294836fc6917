"""Evidence by use: what is known of a name from what is done with it.

What `.backward()` is called on is a tensor with a graph; so the statement that made it made one.
The search runs backwards through a body: a set of names that will be backpropagated before they
are bound again.
"""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from leakwise.facts.apis.torch_methods import BACKWARD_METHODS, LOSS_WRAPPERS
from leakwise.facts.names import ScopeIndex, path_of
from leakwise.facts.state import root_of
from leakwise.syntax import Block

Names = frozenset[str]
_NONE: Names = frozenset()
_ROUNDS = 2
"""How often a loop's body is gone through: what a later round needs reaches an earlier one."""


@dataclass(slots=True)
class Evidence:
    """Which assignments, by `id`, bind names that are backpropagated later; and the same for each
    block by relative line, for comparing."""

    child_block: Callable[[ast.stmt], Block | None]
    index: Callable[[Block], ScopeIndex]
    block: Block
    names: dict[int, Names] = field(default_factory=dict)
    by_block: dict[Block, dict[int, Names]] = field(default_factory=dict)

    def skips(self, block: Block, live: Names) -> bool:
        """Whether nothing in a leaf can start a backward pass or bind one of the names."""
        index = self.index(block)
        if not BACKWARD_METHODS.isdisjoint(index.words):
            return False
        return not live or not any(root_of(name) in index.names for name in live)

    def note(self, node: ast.stmt, proven: Names) -> None:
        """Notes that `node` binds names that are backpropagated."""
        proven = self.names.get(id(node), _NONE) | proven
        self.names[id(node)] = proven
        self.by_block.setdefault(self.block, {})[node.lineno - self.block.base] = proven


def backpropagated_assignments(statements: Sequence[ast.stmt], evidence: Evidence) -> Evidence:
    """The evidence on the assignments among `statements` and inside them, put into `evidence`."""
    _suite(statements, _NONE, evidence)
    return evidence


def backward_operand(call: ast.Call) -> ast.expr | None:
    """What a call backpropagates: `loss` in `loss.backward()`, `scaler.scale(loss).backward()` and
    `accelerator.backward(loss)`; None for any other call."""
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr not in BACKWARD_METHODS:
        return None
    if call.args and not isinstance(call.args[0], ast.Starred):
        # `y.backward(gradient)` of a tensor has its own receiver; engines get the loss.
        return call.args[0]
    return unwrapped(function.value)


def unwrapped(node: ast.expr) -> ast.expr:
    """The loss inside `scaler.scale(loss)`, or the expression itself."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LOSS_WRAPPERS
        and node.args
    ):
        return node.args[0]
    return node


def _suite(statements: Sequence[ast.stmt], after: Names, found: Evidence) -> Names:
    live = after
    outer = found.block
    for statement in reversed(statements):
        block = found.child_block(statement)
        if block is not None and not block.children and found.skips(block, live):
            continue
        found.block = block or outer
        live = _statement(statement, live, found)
    found.block = outer
    return live


def _statement(node: ast.stmt, live: Names, found: Evidence) -> Names:
    if isinstance(node, ast.Expr):
        return live | _started(node.value)
    if isinstance(node, ast.Assign):
        return _assign(node, node.targets, node.value, live, found)
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return _assign(node, [node.target], node.value, live, found)
    if isinstance(node, ast.AugAssign):
        path = path_of(node.target)
        if path is not None and path in live:
            found.note(node, frozenset({path}))
        return live
    if isinstance(node, ast.If):
        return _suite(node.body, live, found) | _suite(node.orelse, live, found)
    if isinstance(node, ast.For | ast.AsyncFor | ast.While):
        inside = _suite(node.orelse, live, found) | live
        for _ in range(_ROUNDS):
            inside = inside | _suite(node.body, inside, found)
        return inside
    if isinstance(node, ast.With | ast.AsyncWith):
        live = _suite(node.body, live, found)
        for item in node.items:
            if item.optional_vars is not None and path_of(item.optional_vars) in live:
                operand = path_of(unwrapped(item.context_expr))
                if operand is not None:
                    live = live | {operand}
        return live
    if isinstance(node, ast.Try | ast.TryStar):
        after = _suite(node.finalbody, live, found)
        caught = after
        for handler in node.handlers:
            caught = caught | _suite(handler.body, after, found)
        return _suite(node.body, _suite(node.orelse, after, found) | caught, found)
    if isinstance(node, ast.Match):
        return frozenset().union(live, *(_suite(case.body, live, found) for case in node.cases))
    if isinstance(node, ast.Return | ast.Raise):
        return _NONE
    return live


def _started(node: ast.expr) -> Names:
    if isinstance(node, ast.Call):
        operand = backward_operand(node)
        path = None if operand is None else path_of(operand)
        if path is not None:
            return frozenset({path})
    return _NONE


def _assign(
    node: ast.stmt,
    targets: Sequence[ast.expr],
    value: ast.expr,
    live: Names,
    found: Evidence,
) -> Names:
    bound: set[str] = set()
    for target in targets:
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        for part in parts:
            path = path_of(part)
            if path is None:
                continue
            bound.add(path)
            # `loss` is also made where `out` in `out.loss` is.
            bound.update(name for name in live if name.startswith((path + ".", path + "[")))
    proven = frozenset(bound & live)
    if not proven:
        return live
    found.note(node, proven)
    return (live - proven) | _passed_through(value, bound)


def _passed_through(value: ast.expr, bound: set[str]) -> Names:
    """Names that must carry the graph if the result does: the only one of an arithmetic."""
    value = unwrapped(value)
    path = path_of(value)
    if path is not None:
        return frozenset({path})
    if isinstance(value, ast.BinOp):
        paths = {
            name
            for part in (value.left, value.right)
            for name in (path_of(unwrapped(part)),)
            if name is not None
        }
        own = paths & bound
        if own:
            return frozenset(own)
        if isinstance(value.right, ast.Constant) and len(paths) == 1:
            return frozenset(paths)
    return _NONE
