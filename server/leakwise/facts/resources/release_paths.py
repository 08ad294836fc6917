"""On which paths through a body something that was taken is given back.

A walk over the statements with the set of states that the resource may be in: not taken, open,
closed. It is the walk of one resource, and only of bodies that take one and release something.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import Definition, FunctionNode
from leakwise.facts.code.names import path_of
from leakwise.facts.terms.places import Locatable, Place, place_of
from leakwise.syntax import Block

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_UNTAKEN, _OPEN, _CLOSED = 1, 2, 4
_ROUNDS = 4
"""A loop's states are a subset of three: after that many rounds they stand."""
_ENDS = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort"})
"""Calls that end the process, and with it all that it holds."""
_RISKY = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.Subscript, ast.Assert, ast.Import)


_IS_OPEN = frozenset({"isOpened", "is_open", "is_opened"})
"""Methods by which what could not be opened says so."""


class Release(IntEnum):
    """On which paths of a body a resource is given back."""

    NEVER = 0
    SOMETIMES = 1
    """Some path that raises nothing leaves it open."""
    NORMALLY = 2
    """On every path that raises nothing."""
    ALWAYS = 3
    """Also where something raises: `finally`, `with`, an `ExitStack`."""


@dataclass(frozen=True, slots=True)
class Given:
    """A place where a resource is given back; `entered` where that is the end of a `with`."""

    place: Place
    entered: bool = False


@dataclass(slots=True)
class _Flow:
    """The states in which some statements are left, by the way in which they are."""

    fall: int = 0
    returned: int = 0
    raised: int = 0
    broke: int = 0
    continued: int = 0

    def add(self, other: "_Flow") -> None:
        """Takes over all but where `other` falls through to."""
        self.returned |= other.returned
        self.raised |= other.raised
        self.broke |= other.broke
        self.continued |= other.continued


def release_of(
    module: "ModuleFacts",
    definition: Definition,
    taken: Place | None,
    given: Sequence[Given],
    names: frozenset[str],
    *,
    gathered: bool,
) -> Release:
    """On which paths what is taken at a place is given back at one of others.

    `taken` is None for what is there where the body begins. `names` are paths that hold it, so that
    `if handle is not None` asks whether it was taken; `gathered` where many are kept side by side.
    """
    if not given:
        return Release.NEVER
    walk = _Walk(module, definition, taken, given, names, gathered)
    flow = walk.whole()
    if not walk.closed:
        return Release.NEVER
    if (flow.fall | flow.returned) & _OPEN or walk.lost:
        return Release.SOMETIMES
    return Release.NORMALLY if flow.raised & _OPEN else Release.ALWAYS


class _Walk:
    def __init__(
        self,
        module: "ModuleFacts",
        definition: Definition,
        taken: Place | None,
        given: Sequence[Given],
        names: frozenset[str],
        gathered: bool,
    ) -> None:
        self.module = module
        self.definition = definition
        self.taken = taken
        self.given = given
        self.names = names
        self.gathered = gathered
        self.tests: dict[str, bool] = {}
        """Conditions that hold, or do not, where the resource is taken."""
        self.closed = False
        self.lost = False
        """Whether it may be taken again while the one before is open."""
        self.block: Block | None = definition.block

    def whole(self) -> _Flow:
        """The states in which the body is left."""
        node = self.definition.node
        start = _OPEN if self.taken is None else _UNTAKEN
        if isinstance(node, FunctionNode):
            return self.suite(node.body, start)
        flow = _Flow(start)
        for block in self.module.tree.blocks:
            self.block = block
            states, flow.fall = flow.fall, 0
            inner = self.suite(block.statements, states)
            flow.add(inner)
            flow.fall = inner.fall
        return flow

    def suite(self, statements: Sequence[ast.stmt], states: int) -> _Flow:
        """The states behind some statements."""
        flow = _Flow(states)
        outer = self.block
        for node in statements:
            if not flow.fall:
                break
            self.block = self.module.tree.child_block(node) or outer
            inner = self.statement(node, flow.fall)
            flow.add(inner)
            flow.fall = inner.fall
        self.block = outer
        return flow

    def statement(self, node: ast.stmt, states: int) -> _Flow:
        """The states behind one statement."""
        if isinstance(node, ast.If):
            return self._if(node, states)
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            return self._loop(node, states)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return self._with(node, states)
        if isinstance(node, (ast.Try, ast.TryStar)):
            return self._try(node, states)
        if isinstance(node, ast.Match):
            return self._match(node, states)
        if isinstance(node, (FunctionNode, ast.ClassDef)):
            return _Flow(states)
        flow = self.simple(node, states)
        if isinstance(node, ast.Return):
            return _Flow(returned=flow.fall, raised=flow.raised)
        if isinstance(node, ast.Raise):
            return _Flow(raised=flow.raised | flow.fall)
        if isinstance(node, ast.Break):
            return _Flow(broke=flow.fall)
        if isinstance(node, ast.Continue):
            return _Flow(continued=flow.fall)
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and path_of(node.value.func) in _ENDS
        ):
            return _Flow()
        return flow

    def simple(self, node: ast.AST | None, states: int) -> _Flow:
        """The states behind a statement without suites, or an expression."""
        if node is None or not isinstance(node, (ast.stmt, ast.expr)):
            return _Flow(states)
        takes = self.taken is not None and self._holds(node, self.taken)
        gives = any(not one.entered and self._holds(node, one.place) for one in self.given)
        raised = 0
        if (states & _OPEN or takes) and any(isinstance(part, _RISKY) for part in ast.walk(node)):
            raised = states & ~_OPEN if gives else states
        if takes:
            self.lost = self.lost or (bool(states & _OPEN) and not self.gathered and not gives)
            states = _OPEN
        if gives and states & _OPEN:
            self.closed = True
            states = states & ~_OPEN | _CLOSED
        return _Flow(states, raised=raised)

    def _holds(self, node: Locatable, place: Place) -> bool:
        return (
            self.block is not None
            and place.block is self.block
            and place_of(node, self.block).contains(place)
        )

    def _reaches(self, node: ast.stmt, place: Place) -> bool:
        return self.block is not None and place_of(node, self.block).contains(place)

    def _if(self, node: ast.If, states: int) -> _Flow:
        flow = self.simple(node.test, states)
        body, other = flow.fall, flow.fall
        written = ast.dump(node.test)
        known = self.tests.get(written)
        if known is None and self.taken is not None:
            self._note_test(node, written)
        absent = _absent_if(node.test, self.names)
        if known is True or absent is False:
            other &= ~_OPEN
        if known is False or absent is True:
            body &= ~_OPEN
        first, second = self.suite(node.body, body), self.suite(node.orelse, other)
        flow.fall = first.fall | second.fall
        flow.add(first)
        flow.add(second)
        return flow

    def _note_test(self, node: ast.If, written: str) -> None:
        assert self.taken is not None
        for suite, holds in ((node.body, True), (node.orelse, False)):
            for statement in suite:
                block = self.block
                self.block = self.module.tree.child_block(statement) or block
                if self._reaches(statement, self.taken):
                    self.tests[written] = holds
                self.block = block

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, states: int) -> _Flow:
        test = node.test if isinstance(node, ast.While) else node.iter
        flow = self.simple(test, states)
        entry = inside = flow.fall
        body = _Flow()
        for _ in range(_ROUNDS):
            body = self.suite(node.body, inside)
            again = inside | body.fall | body.continued
            if again == inside:
                break
            inside = again
        behind = body.fall | body.continued
        takes = self.taken is not None and self._reaches(node, self.taken)
        gives = any(self._reaches(node, one.place) for one in self.given)
        # A loop that gives back what was there before it goes through that: without a round there
        # was none.
        behind |= entry & ~_OPEN if gives and not takes else entry
        if isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value:
            behind = 0
        last = self.suite(node.orelse, behind)
        flow.returned |= body.returned
        flow.raised |= body.raised
        flow.add(last)
        flow.fall = last.fall | body.broke
        return flow

    def _with(self, node: ast.With | ast.AsyncWith, states: int) -> _Flow:
        flow = _Flow(states)
        closes = False
        for item in node.items:
            inner = self.simple(item.context_expr, flow.fall)
            flow.raised |= _shut(inner.raised) if closes else inner.raised
            flow.fall = inner.fall
            closes = closes or any(
                one.entered and self._holds(item.context_expr, one.place) for one in self.given
            )
        body = self.suite(node.body, flow.fall)
        if closes:
            self.closed = True
            body = _Flow(*(_shut(one) for one in _ways(body)))
        flow.fall = body.fall
        flow.add(body)
        return flow

    def _try(self, node: ast.Try | ast.TryStar, states: int) -> _Flow:
        body = self.suite(node.body, states)
        flow = _Flow()
        caught = body.raised
        if node.handlers:
            body.raised = 0 if any(_catches_all(one) for one in node.handlers) else body.raised
        flow.add(body)
        last = self.suite(node.orelse, body.fall)
        flow.add(last)
        flow.fall = last.fall
        for handler in node.handlers:
            inner = self.suite(handler.body, caught)
            flow.add(inner)
            flow.fall |= inner.fall
        if not node.finalbody:
            return flow
        result = _Flow()
        ways = []
        for one in _ways(flow):
            final = self.suite(node.finalbody, one) if one else _Flow()
            ways.append(final.fall)
            result.add(final)
        ended = _Flow(*ways)
        result.fall = ended.fall
        result.add(ended)
        return result

    def _match(self, node: ast.Match, states: int) -> _Flow:
        flow = self.simple(node.subject, states)
        entry = flow.fall
        last = node.cases[-1]
        if (
            last.guard is None
            and isinstance(last.pattern, ast.MatchAs)
            and not last.pattern.pattern
        ):
            flow.fall = 0
        for case in node.cases:
            inner = self.suite(case.body, entry)
            flow.add(inner)
            flow.fall |= inner.fall
        return flow


def _ways(flow: _Flow) -> tuple[int, int, int, int, int]:
    return flow.fall, flow.returned, flow.raised, flow.broke, flow.continued


def _shut(states: int) -> int:
    return states & ~_OPEN | _CLOSED if states & _OPEN else states


_ALL = frozenset({"Exception", "BaseException"})


def _catches_all(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id in _ALL)


def _absent_if(test: ast.expr, names: frozenset[str]) -> bool | None:
    """Whether a condition that holds says that nothing was taken; None where it does not ask."""
    if isinstance(test, ast.NamedExpr):
        test = test.target
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _absent_if(test.operand, names)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        for part in test.values:
            found = _absent_if(part, names)
            if found is not None:
                return found
        return None
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        if path_of(test.left) not in names and not _measures(test.left, names):
            return None
        against = test.comparators[0]
        nothing = isinstance(against, ast.Constant) and not against.value
        if isinstance(test.ops[0], (ast.Is, ast.Eq)):
            return nothing
        return False
    if path_of(test) in names or _measures(test, names):
        return False
    if isinstance(test, ast.Attribute) and test.attr == "closed" and path_of(test.value) in names:
        return True
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute):
        asks = test.func.attr in _IS_OPEN and path_of(test.func.value) in names
        return False if asks else None
    if (
        isinstance(test, ast.Call)
        and path_of(test.func) == "hasattr"
        and len(test.args) == 2
        and isinstance(test.args[1], ast.Constant)
        and isinstance(test.args[1].value, str)
    ):
        return False if f"{path_of(test.args[0])}.{test.args[1].value}" in names else None
    return None


def _measures(node: ast.expr, names: frozenset[str]) -> bool:
    return (
        isinstance(node, ast.Call)
        and len(node.args) == 1
        and path_of(node.func) in {"len", "bool", "any"}
        and path_of(node.args[0]) in names
    )
