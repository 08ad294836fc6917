"""Statements and expressions of a window, found by where they stand."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from leakwise.fixing.windows import Window
from leakwise.text import Position, Range

Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Run:
    """The statements `first` to `last` (included) of one suite, and what the suite belongs to."""

    owner: ast.AST | None
    suite: list[ast.stmt]
    first: int
    last: int

    @property
    def statements(self) -> list[ast.stmt]:
        """The statements of the run."""
        return self.suite[self.first : self.last + 1]


def suites_of(statement: ast.AST) -> Iterator[list[ast.stmt]]:
    """The suites that `statement` holds directly, in the order of the text."""
    for name in ("body", "handlers", "cases", "orelse", "finalbody"):
        part = getattr(statement, name, None)
        if not isinstance(part, list) or not part:
            continue
        if isinstance(part[0], ast.stmt):
            yield part
        else:
            for clause in part:
                yield clause.body


def run_at(window: Window, span: Range) -> Run | None:
    """The deepest run of statements that holds both ends of `span`; None outside of statements."""
    if _inside_string(window, span.start):
        return None
    found = None
    pending: list[tuple[ast.AST | None, list[ast.stmt]]] = [(None, window.body)]
    while pending:
        owner, suite = pending.pop()
        first = _last_from(window, suite, span.start)
        last = _last_from(window, suite, max(span.start, _before(span.end)))
        if first is None or last is None or span.start > window.end_of(suite[first]):
            continue
        found = Run(owner, suite, first, last)
        if first == last:
            pending = [(suite[first], inner) for inner in suites_of(suite[first])]
        else:
            break
    return found


def all_statements(window: Window) -> Iterator[ast.stmt]:
    """Every statement of the window, outer ones before what they hold."""
    pending = list(reversed(window.body))
    while pending:
        statement = pending.pop()
        yield statement
        inner = [each for suite in suites_of(statement) for each in suite]
        pending.extend(reversed(inner))


def holds_string_at_start(suite: list[ast.stmt]) -> bool:
    """Whether the first statement of `suite` would be its owner's docstring."""
    head = suite[0]
    return (
        isinstance(head, ast.Expr)
        and isinstance(head.value, ast.Constant)
        and isinstance(head.value.value, str)
    )


def _last_from(window: Window, suite: list[ast.stmt], position: Position) -> int | None:
    found = None
    for number, statement in enumerate(suite):
        if _starts(window, statement) <= position:
            found = number
    return found


def _starts(window: Window, statement: ast.stmt) -> Position:
    start = window.start_of(statement)
    line = window.first_line_of(statement)
    return start if line == start.line else Position(line, 0)


def _before(position: Position) -> Position:
    return Position(position.line, max(position.column - 1, 0))


def _inside_string(window: Window, position: Position) -> bool:
    """Whether a string over several lines holds `position`: the window starts in a wrong place,
    or the span points at no code."""
    for statement in window.body:
        for node in ast.walk(statement):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and node.lineno != node.end_lineno
                and window.start_of(node) < position < window.end_of(node)
            ):
                return True
    return False
