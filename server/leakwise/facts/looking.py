"""What is known of the code at a position, and of the assignments in some lines: for editors.

The bodies concerned are interpreted once more and watched; nothing of it is kept.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import Definition, FunctionNode
from leakwise.facts.code.names import header_nodes, path_of
from leakwise.facts.interpreter.interpretation import interpret
from leakwise.facts.interpreter.run import Run, Watcher
from leakwise.facts.interpreter.state import Outcome, deep_sources
from leakwise.facts.terms.events import Accumulation, AttributeUpdate, Event, Keeping, Storing
from leakwise.facts.terms.places import Place, place_of
from leakwise.facts.terms.values import Kind, Value
from leakwise.text import Position, Range

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_NOT_TOLD = frozenset({Kind.UNKNOWN, Kind.PENDING})
_SAYS_NOTHING = frozenset({*_NOT_TOLD, Kind.FUNCTION, Kind.QUALIFIED})


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeps a value: a path, and the statement that puts the value there."""

    path: str
    place: Place


@dataclass(frozen=True, slots=True)
class Seen:
    """An expression or a target of an assignment, and what is known of its value."""

    place: Place
    text: str
    value: Value
    kept: tuple[Kept, ...] = ()


def seen_at(module: "ModuleFacts", position: Position) -> Seen | None:
    """What is known of the smallest expression at a position of the document; None where that is
    nothing. In a loop it is what the last round gives."""
    for definition in _around(module, position.line):
        parameter = _parameter_at(module, definition, position)
        if parameter is not None:
            return parameter
        looker = _Looker(module, position)
        _watched(module, definition, looker)
        if looker.seen is not None:
            seen = looker.seen
            if seen.value.kind in _NOT_TOLD:
                return None
            keepers = _keepers(module, definition, seen.value)
            kept = tuple(one for one in keepers if one.path != seen.text)
            return Seen(seen.place, seen.text, seen.value, kept)
    return None


def carrying_assignments(module: "ModuleFacts", first: int, last: int) -> list[Seen]:
    """The targets of assignments in the lines `first` to `last` whose values carry a graph."""
    watcher = _Assignments(first, last)
    for definition in module.scopes.all():
        low, high = _span(module, definition)
        if low <= last and first <= high and not definition.is_class:
            _watched(module, definition, watcher)
    found = [one for one in watcher.found.values() if one.value.carries_graph]
    return sorted(found, key=lambda one: one.place.order())


def _watched(module: "ModuleFacts", definition: Definition, watcher: Watcher) -> None:
    """Interprets a body for one who watches. What it wants to know of other files is asked for the
    facts that are kept: no rule may have looked at it."""
    module.body(definition)
    interpret(module, definition, None, watcher=watcher)


@dataclass(slots=True)
class _Looker:
    """Watches for the statement at a position."""

    module: "ModuleFacts"
    position: Position
    seen: Seen | None = None

    def evaluated(self, node: ast.expr, value: Value) -> None:
        """Statements are what is watched for."""

    def begun(self, run: Run, node: ast.stmt) -> None:
        """Evaluates the expression at the position before its statement changes anything."""
        found = self._at(run, node)
        if found is None or isinstance(getattr(found, "ctx", None), ast.Store):
            return
        value = _value(run, found, node)
        call = _call_of(found, node)
        if call is not None and (value.is_tensor or value.kind in _SAYS_NOTHING):
            # Of a function, or a tensor's method, it is worth telling what it gives.
            found, value = call, _value(run, call, node)
        self.seen = Seen(run.place(found), ast.unparse(found), value)

    def entered(self, run: Run, node: ast.stmt) -> None:
        """Takes what the header of a compound statement has bound."""
        self._take_target(run, node)

    def finished(self, run: Run, node: ast.stmt) -> None:
        """Takes what a simple statement has bound."""
        if not isinstance(getattr(node, "body", None), list):
            self._take_target(run, node)

    def _take_target(self, run: Run, node: ast.stmt) -> None:
        found = self._at(run, node)
        if found is None or not isinstance(getattr(found, "ctx", None), ast.Store):
            return
        path = path_of(found)
        value = None if path is None else run.state.values.get(path)
        if value is not None:
            self.seen = Seen(run.place(found), ast.unparse(found), value)

    def _at(self, run: Run, node: ast.stmt) -> ast.expr | None:
        """The smallest expression of a statement, of a compound one of its header, that holds the
        position."""
        line = self.position.line - run.block.start + run.block.base
        if not node.lineno <= line <= (node.end_lineno or node.lineno):
            return None
        best: ast.expr | None = None
        parts = header_nodes(node) if isinstance(getattr(node, "body", None), list) else [node]
        for part in parts:
            for inner in ast.walk(part):
                if isinstance(inner, ast.expr) and self._holds(run, inner):
                    best = inner
        return best

    def _holds(self, run: Run, node: ast.expr) -> bool:
        line = self.position.line - run.block.start + run.block.base
        if not node.lineno <= line <= (node.end_lineno or node.lineno):
            return False
        span = place_of(node, run.block).resolve(self.module.document.lines)
        return span.contains(self.position)


@dataclass(slots=True)
class _Assignments:
    """Watches the assignments in some lines."""

    first: int
    last: int
    found: dict[int, Seen] = field(default_factory=dict)

    def evaluated(self, node: ast.expr, value: Value) -> None:
        """Statements are what is watched for."""

    def begun(self, run: Run, node: ast.stmt) -> None:
        """Waits for what it binds."""

    def entered(self, run: Run, node: ast.stmt) -> None:
        """A loop binds anew what its iterable holds, which was told where that was made."""

    def finished(self, run: Run, node: ast.stmt) -> None:
        """Takes what an assignment has bound."""
        if not isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            return
        line = node.lineno - run.block.base + run.block.start
        if not self.first <= line <= self.last:
            return
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            for part in _named(target):
                value = run.state.values.get(path_of(part) or "")
                if value is not None:
                    self.found[id(part)] = Seen(run.place(part), ast.unparse(part), value)


def _call_of(function: ast.expr, statement: ast.stmt) -> ast.Call | None:
    """The call of a function in a statement; None for what is not called there."""
    calls = (one for one in ast.walk(statement) if isinstance(one, ast.Call))
    return next((one for one in calls if one.func is function), None)


def _named(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, (ast.Tuple, ast.List)):
        for part in target.elts:
            yield from _named(part)
    elif isinstance(target, ast.Starred):
        yield from _named(target.value)
    else:
        yield target


def _value(run: Run, node: ast.expr, statement: ast.stmt) -> Value:
    """What an expression gives here; it leaves nothing behind."""
    state, outcome, before = run.state, run.outcome, run.statement
    run.state, run.outcome, run.statement = state.copy(), Outcome(), statement
    try:
        return run.evaluate(node)
    finally:
        run.state, run.outcome, run.statement = state, outcome, before


def _around(module: "ModuleFacts", line: int) -> list[Definition]:
    """The definitions that hold a line, the innermost first."""
    found = []
    for definition in module.scopes.all():
        low, high = _span(module, definition)
        if low <= line <= high:
            found.append((high - low, definition))
    return [definition for _, definition in sorted(found, key=lambda one: one[0])]


def _span(module: "ModuleFacts", definition: Definition) -> tuple[int, int]:
    """The first and last line of a definition, decorators too; all lines for the module."""
    node, block = definition.node, definition.block
    if node is None or block is None:
        return 0, len(module.document.lines)
    shift = block.start - block.base
    first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
    return first + shift, (node.end_lineno or node.lineno) + shift


def _parameter_at(module: "ModuleFacts", definition: Definition, position: Position) -> Seen | None:
    node, block = definition.node, definition.block
    if not isinstance(node, FunctionNode) or block is None:
        return None
    lines = module.document.lines
    for parameter in definition.parameters():
        place = place_of(parameter, block)
        start = place.resolve(lines).start
        name = Range(start, Position(start.line, start.column + len(parameter.arg)))
        if name.contains(position):
            value = module.entry_value(definition, parameter.arg)
            if value.kind in _NOT_TOLD:
                return None
            end = place.column + len(parameter.arg.encode())
            own = Place(block, place.line, place.column, place.line, end)
            return Seen(own, parameter.arg, value)
    return None


def _keepers(module: "ModuleFacts", definition: Definition, value: Value) -> Iterator[Kept]:
    """What keeps a value longer than the name it is bound to, as far as this body does it."""
    if value.origin is None:
        return
    told: set[str] = set()
    for event in module.body(definition).events:
        found = _kept_by(event)
        if found is None or found.path in told:
            continue
        held = _held(event)
        if held is not None and (value.origin == held.origin or value.origin in deep_sources(held)):
            told.add(found.path)
            yield found


def _kept_by(event: Event) -> Kept | None:
    match event:
        case Keeping(holder=path, statement=statement):
            return Kept(path, statement)
        case Accumulation(target=path, statement=statement):
            return Kept(path, statement)
        case Storing(path=path, statement=statement):
            return Kept(path, statement)
        case AttributeUpdate(attribute=name, statement=statement):
            return Kept(f"self.{name}", statement)
    return None


def _held(event: Event) -> Value | None:
    match event:
        case Keeping(stored=value):
            return value
        case Accumulation(operand=value):
            return value
        case Storing(value=value) | AttributeUpdate(value=value):
            return value
    return None
