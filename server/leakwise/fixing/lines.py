"""Whole statements that a fix writes: parsed, and laid out as the code around them is."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from leakwise.fixing.layout import indentation
from leakwise.fixing.statements import suites_of
from leakwise.fixing.windows import parse, same_code

_LEVEL = "    "
_COMPOUND = (
    ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.ClassDef
    | ast.For
    | ast.AsyncFor
    | ast.While
    | ast.If
    | ast.With
    | ast.AsyncWith
    | ast.Try
    | ast.TryStar
    | ast.Match
)
_LEAVING = ast.Return | ast.Raise | ast.Break | ast.Continue


@dataclass(frozen=True, slots=True)
class NewLines:
    """Statements in lines of their own, each level of them four spaces deep."""

    lines: tuple[str, ...]
    statements: list[ast.stmt]

    @property
    def single(self) -> bool:
        """Whether it is one simple statement on one line, which may share a line."""
        return (
            len(self.lines) == 1
            and len(self.statements) == 1
            and not isinstance(self.statements[0], _COMPOUND)
            and "#" not in self.lines[0]
        )

    def laid_out(self, margin: str, unit: str, line_end: str) -> str:
        """The lines at `margin`, but for the first line's indentation and the last line's end."""
        return f"{line_end}{margin}".join(_indented(line, unit) for line in self.lines)

    def stands_in(self, suite: list[ast.stmt], end: int) -> bool:
        """Whether the statements in front of `suite[end]` are the same."""
        start = end - len(self.statements)
        return start >= 0 and same_code(suite[start:end], self.statements)


def new_lines(text: str) -> NewLines | None:
    """The statements of `text`; None when it has none, does not parse, or holds a string or a
    blank line whose place would change its meaning."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    tree = parse(text)
    if tree is None or not tree.body or any(not line.strip() for line in lines):
        return None
    for node in ast.walk(tree):
        long = getattr(node, "lineno", 0) != getattr(node, "end_lineno", 0)
        if long and isinstance(node, (ast.Constant, ast.JoinedStr)):
            return None
    if any(isinstance(each, ast.ImportFrom) and each.module == "__future__" for each in tree.body):
        return None
    return NewLines(tuple(lines), tree.body)


def leaves(statement: ast.stmt) -> bool:
    """Whether what follows `statement` in its suite never runs, as far as its own form tells."""
    match statement:
        case ast.If(body=body, orelse=orelse):
            return bool(orelse) and leaves(body[-1]) and leaves(orelse[-1])
        case ast.With(body=body) | ast.AsyncWith(body=body):
            return leaves(body[-1])
        case ast.Try() | ast.TryStar():
            return all(leaves(suite[-1]) for suite in suites_of(statement))
    return isinstance(statement, _LEAVING)


def may_leave(suite: Iterable[ast.stmt]) -> bool:
    """Whether a statement in the body of a loop or function may end that before its last one."""
    pending: list[tuple[ast.AST, bool]] = [(one, False) for one in suite]
    while pending:
        node, in_loop = pending.pop()
        if isinstance(node, ast.Return) or (
            isinstance(node, ast.Break | ast.Continue) and not in_loop
        ):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = in_loop or isinstance(node, ast.For | ast.AsyncFor | ast.While)
            pending.extend((part, inner) for part in ast.iter_child_nodes(node))
    return False


def _indented(line: str, unit: str) -> str:
    own = indentation(line)
    levels, rest = divmod(len(own), len(_LEVEL))
    return f"{unit * levels}{' ' * rest}{line[len(own) :]}"
