"""Conditions that let something happen once: `if self.writer is None: self.writer = ...`."""

import ast
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import Definition, FunctionNode
from leakwise.facts.code.names import path_of, paths_in
from leakwise.facts.interpreter.state import root_of
from leakwise.facts.terms.events import Event, Loop
from leakwise.facts.terms.places import Place, place_of
from leakwise.syntax import Block

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


def happens_once(
    module: "ModuleFacts",
    definition: Definition,
    place: Place,
    loops: tuple[Loop, ...],
    *,
    for_each: bool = False,
) -> bool:
    """Whether what stands at a place happens once for all rounds of some loops, or without loops
    for all calls: only where a path is not set, which it then is, and which they do not set back;
    or where the loops are left behind it. With `for_each`, not where it happens once for each of
    what the innermost loop goes through.
    """
    if loops and _leaves(module, definition, place, loops):
        return True
    own = definition.index.bindings_of
    pinned: set[str] = set()
    for guard in _guards(module, definition, place):
        pinned |= _asked_for_one_round(guard.test)
        for path in _asked_to_be_absent(guard.test):
            if not loops and own(path) and path not in definition.global_names():
                # A name of one call.
                continue
            if for_each and loops and _is_asked_of_each(guard.test, path, loops[-1]):
                continue
            inside = _bindings(guard.body, path)
            if inside and all(_bindings([loop.node], path) == inside for loop in loops):
                return True
    return bool(loops) and all(not pinned.isdisjoint(loop.names) for loop in loops)


def _is_asked_of_each(test: ast.expr, path: str, loop: Loop) -> bool:
    """Whether a condition asks whether what a loop goes through is among others, as
    `name not in seen` does: it holds once for each."""
    if isinstance(test, ast.BoolOp):
        return any(_is_asked_of_each(part, path, loop) for part in test.values)
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.ops[0], ast.NotIn)
        and path_of(test.comparators[0]) == path
        and not {root_of(one) for one in paths_in(test.left)}.isdisjoint(loop.names)
    )


def _leaves(
    module: "ModuleFacts", definition: Definition, place: Place, loops: tuple[Loop, ...]
) -> bool:
    """Whether no other round of some loops begins once what stands at a place has happened: a
    `return`, a `raise` or, for a single loop, a `break` follows whatever happens."""
    ends = (ast.Break, ast.Return, ast.Raise) if len(loops) == 1 else (ast.Return, ast.Raise)
    innermost = loops[-1].node
    if isinstance(innermost, ast.expr):
        return False
    block, suite = loops[-1].block, innermost.body
    while suite:
        reached = [index for index, one in enumerate(suite) if _reaches(module, block, one, place)]
        if not reached:
            return False
        if any(isinstance(one, ends) for one in suite[reached[0] + 1 :]):
            return True
        statement = suite[reached[0]]
        own = module.tree.child_block(statement) or block
        block = own
        suite = next(
            (
                inner
                for inner in _suites(statement)
                if any(_reaches(module, own, one, place) for one in inner)
            ),
            [],
        )
    return False


def may_happen_once(module: "ModuleFacts", definition: Definition, place: Place) -> bool:
    """Whether what stands at a place may happen in one of all calls of a body, in whatever loop of
    it: only where a path that outlives the call is not set, holds nothing or lacks a key. Who sets
    it need not be seen."""
    own = definition.index.bindings_of
    for guard in _guards(module, definition, place):
        for path in _asked_to_be_absent(guard.test, only_said_so=True):
            root = root_of(path)
            if not own(root) and root not in definition.parameter_names():
                return True
    return happens_once(module, definition, place, ())


class Condition(IntEnum):
    """Whether something happens whenever the body, or the innermost loop's, runs."""

    ALWAYS = 0
    SOMETIMES = 1
    ONCE = 2
    """For all rounds of the loops round it, or without loops for all calls."""


def condition_of(module: "ModuleFacts", definition: Definition, event: Event) -> Condition:
    """Under which condition an event happens in its innermost loop or, without one, its body."""
    definition.code.read()
    if happens_once(module, definition, event.place, event.loops, for_each=True):
        return Condition.ONCE
    inside = event.loops[-1].body if event.loops else None
    for guard, block, _ in _conditions(module, definition, event.place):
        if inside is None or inside.contains(place_of(guard, block)):
            return Condition.SOMETIMES
    return Condition.ALWAYS


def _guards(module: "ModuleFacts", definition: Definition, place: Place) -> Iterator[ast.If]:
    """The conditions that must hold where the place is reached, the outermost first."""
    return (guard for guard, _, holds in _conditions(module, definition, place) if holds)


def _conditions(
    module: "ModuleFacts", definition: Definition, place: Place
) -> Iterator[tuple[ast.If, Block, bool]]:
    """The conditions that decide whether the place is reached, the outermost first, with their
    blocks, and whether they must hold."""
    node = definition.node
    if isinstance(node, FunctionNode):
        yield from _in_suite(module, definition.block, node.body, place)
    elif node is None:
        for block in module.tree.blocks:
            yield from _in_suite(module, block, block.statements, place)


def _in_suite(
    module: "ModuleFacts", block: Block | None, suite: Sequence[ast.stmt], place: Place
) -> Iterator[tuple[ast.If, Block, bool]]:
    for statement in suite:
        own = module.tree.child_block(statement) or block
        if own is None or not place_of(statement, own).contains(place):
            continue
        if isinstance(statement, ast.If):
            for branch in (statement.body, statement.orelse):
                if any(_reaches(module, own, one, place) for one in branch):
                    yield statement, own, branch is statement.body
        for inner in _suites(statement):
            yield from _in_suite(module, own, inner, place)
        if (kept := _kept_if_there(statement)) is not None:
            yield kept, own, True
        return


def _kept_if_there(statement: ast.stmt) -> ast.If | None:
    """`x = x or make()`, as the statement that says the same: `if not x: x = make()`."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.BoolOp):
        return None
    first = statement.value.values[0]
    path = path_of(first)
    if not isinstance(statement.value.op, ast.Or) or path is None:
        return None
    if not any(path_of(target) == path for target in statement.targets):
        return None
    absent = ast.copy_location(ast.UnaryOp(ast.Not(), first), first)
    return ast.copy_location(ast.If(absent, [statement], []), statement)


def _reaches(module: "ModuleFacts", block: Block, node: ast.stmt, place: Place) -> bool:
    return place_of(node, module.tree.child_block(node) or block).contains(place)


def _suites(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        suite = getattr(node, name, None)
        if suite:
            yield suite
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part.body


def _asked_to_be_absent(test: ast.expr, *, only_said_so: bool = False) -> Iterator[str]:
    """The paths of which a condition says that they are not set: `x is None`, `not x`,
    `key not in x`, `not hasattr(x, "y")`. With `only_said_so` not those of which it asks whether
    they are true, which may be any switch."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        for part in test.values:
            yield from _asked_to_be_absent(part, only_said_so=only_said_so)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        operand = test.operand
        path = path_of(operand)
        if path is not None:
            if not only_said_so:
                yield path
        elif isinstance(operand, ast.Call) and path_of(operand.func) == "hasattr":
            owner = path_of(operand.args[0]) if operand.args else None
            name = operand.args[1] if len(operand.args) > 1 else None
            if owner is not None and isinstance(name, ast.Constant):
                yield f"{owner}.{name.value!s}"
    elif isinstance(test, ast.Compare) and len(test.ops) == 1:
        against = test.comparators[0]
        asked = against if isinstance(test.ops[0], ast.NotIn) else test.left
        nothing = isinstance(against, ast.Constant) and against.value is None
        path = path_of(asked)
        if path is not None and (
            isinstance(test.ops[0], ast.NotIn) or (isinstance(test.ops[0], ast.Is) and nothing)
        ):
            yield path
    elif isinstance(test, (ast.Name, ast.Attribute)) and not only_said_so:
        # `if first: ...; first = False`
        path = path_of(test)
        if path is not None:
            yield path


def _asked_for_one_round(test: ast.expr) -> set[str]:
    """The names that a condition compares with one constant: `step == 0`. A loop that binds one of
    them gets there in one round."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return {name for part in test.values for name in _asked_for_one_round(part)}
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return set()
    sides = (test.left, test.comparators[0])
    if not isinstance(test.ops[0], ast.Eq) or not any(isinstance(x, ast.Constant) for x in sides):
        return set()
    return {side.id for side in sides if isinstance(side, ast.Name)}


def _bindings(nodes: Sequence[ast.AST], path: str) -> int:
    """How often code assigns a path, or puts something into what is there."""
    count = 0
    for node in nodes:
        for part in ast.walk(node):
            if isinstance(part, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
                targets = part.targets if isinstance(part, ast.Assign) else [part.target]
                count += sum(_binds(target, path) for target in targets)
            elif isinstance(part, ast.Delete):
                count += sum(_binds(target, path) for target in part.targets)
            elif isinstance(part, (ast.For, ast.AsyncFor, ast.comprehension)):
                count += _binds(part.target, path)
            elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
                kept = part.func.attr in {"append", "add", "setdefault", "update", "extend"}
                count += kept and path_of(part.func.value) == path
    return count


def _binds(target: ast.expr, path: str) -> bool:
    if isinstance(target, (ast.Tuple, ast.List)):
        return any(_binds(one, path) for one in target.elts)
    if isinstance(target, ast.Subscript) and path_of(target) is None:
        target = target.value
    found = path_of(target)
    if found is None:
        return False
    # `path = ...`, `path[key] = ...`, and what `path` is itself a part of.
    whole = path == found or path.startswith((f"{found}.", f"{found}["))
    return whole or (path in paths_in(target) and root_of(found) != found)
