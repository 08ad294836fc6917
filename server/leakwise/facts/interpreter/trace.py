"""What a document's statements give, one by one: the interpreter run again while it is watched.

Nothing of an earlier run is taken over, so every statement is seen; what the facts keep of the
document is asked, and not changed.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leakwise.facts.code.names import header_nodes, path_of
from leakwise.facts.interpreter.interpretation import interpret
from leakwise.facts.interpreter.run import Run
from leakwise.facts.interpreter.state import Outcome
from leakwise.facts.terms.values import Value

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


@dataclass(frozen=True, slots=True)
class Traced:
    """What one statement gave a target, or an expression of it, the last time it was run.

    `line` and `end_line` are those of the statement, of a compound one those of its header;
    `column` is where the target or the expression begins. All are zero-based.
    """

    line: int
    end_line: int
    column: int
    text: str
    value: Value


@dataclass(slots=True)
class Tracer:
    """Watches a run. `asked` holds by line expressions to be evaluated behind its statement."""

    asked: Mapping[int, Sequence[str]] = field(default_factory=dict)
    found: dict[int, list[Traced]] = field(default_factory=dict)
    given: dict[int, Value] = field(default_factory=dict)

    def evaluated(self, node: ast.expr, value: Value) -> None:
        """Takes what an expression of the current statement gave."""
        self.given[id(node)] = value

    def begun(self, run: Run, node: ast.stmt) -> None:
        """Waits for what it gives."""

    def entered(self, run: Run, node: ast.stmt) -> None:
        """Takes what the header of a compound statement gave, before its suite is run."""
        self._note(run, node, _header_end(node))

    def finished(self, run: Run, node: ast.stmt) -> None:
        """Takes what a simple statement gave."""
        if not _has_suite(node):
            self._note(run, node, node.end_lineno or node.lineno)

    def _note(self, run: Run, node: ast.stmt, end: int) -> None:
        shift = run.block.start - run.block.base
        line, end_line = node.lineno + shift, end + shift
        traced = [
            Traced(line, end_line, part.col_offset, text, value)
            for part, text, value in self._parts(run, node)
        ]
        for number in range(line, end_line + 1):
            for text in self.asked.get(number, ()):
                value = _evaluated(run, text, node)
                traced.append(Traced(line, end_line, node.col_offset, text, value))
        if traced:
            self.found[id(node)] = traced

    def _parts(self, run: Run, node: ast.stmt) -> Iterator[tuple[ast.expr, str, Value]]:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from self._target(run, target, self.given.get(id(value)))
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from self._target(run, target, self.given.get(id(value)))
            case ast.AugAssign(target=target):
                yield from self._target(run, target, None)
            case ast.For(target=target) | ast.AsyncFor(target=target):
                yield from self._target(run, target, None)
            case ast.With(items=items) | ast.AsyncWith(items=items):
                for item in items:
                    if item.optional_vars is not None:
                        yield from self._target(run, item.optional_vars, None)
            case ast.Expr(value=value) | ast.Return(value=ast.expr() as value):
                if (given := self.given.get(id(value))) is not None:
                    yield value, ast.unparse(value), given
            case _:
                return

    def _target(
        self, run: Run, target: ast.expr, given: Value | None
    ) -> Iterator[tuple[ast.expr, str, Value]]:
        if isinstance(target, ast.Starred):
            target = target.value
        path = path_of(target)
        held = None if path is None else run.state.values.get(path, given)
        held = given if held is None else held
        if held is not None:
            yield target, ast.unparse(target), held
        if isinstance(target, (ast.Tuple, ast.List)):
            for part in target.elts:
                yield from self._target(run, part, None)


def trace(module: "ModuleFacts", asked: Mapping[int, Sequence[str]] | None = None) -> list[Traced]:
    """What the statements of all bodies of a document gave, in the order of the lines.

    `asked` names by zero-based line further expressions, whose values behind the statement of the
    line are given too.
    """
    tracer = Tracer(asked or {})
    for definition in module.scopes.all():
        interpret(module, definition, None, watcher=tracer)
    found = [one for traced in tracer.found.values() for one in traced]
    return sorted(found, key=lambda one: (one.line, one.end_line))


def _evaluated(run: Run, text: str, at: ast.stmt) -> Value:
    """What an expression would give here; it leaves nothing behind."""
    node = ast.parse(text, mode="eval").body
    for part in ast.walk(node):
        if isinstance(part, (ast.expr, ast.keyword)):
            ast.copy_location(part, at)
    state, outcome, statement = run.state, run.outcome, run.statement
    run.state, run.outcome, run.statement = state.copy(), Outcome(), at
    try:
        return run.evaluate(node)
    finally:
        run.state, run.outcome, run.statement = state, outcome, statement


def _has_suite(node: ast.stmt) -> bool:
    return isinstance(getattr(node, "body", None), list)


def _header_end(node: ast.stmt) -> int:
    """The last line of a compound statement's header, as its own expressions tell it."""
    ends = (part.end_lineno for part in header_nodes(node) if isinstance(part, ast.expr))
    items = getattr(node, "items", ())
    inside = (part.context_expr.end_lineno for part in items)
    return max((end for end in (*ends, *inside) if end is not None), default=node.lineno)
