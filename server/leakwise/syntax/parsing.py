"""Parsing pieces of a file with the running Python, quietly and without raising."""

import ast
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

_SOURCE = "<leakwise block>"
_QUIET: tuple[str, None, type[Warning], re.Pattern[str], int] = (
    "ignore",
    None,
    Warning,
    re.compile(re.escape(_SOURCE)),
    0,
)
_BYTE_ORDER_MARK = "\ufeff"
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """Why a statement does not parse: a zero-based line and Python's message."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """Statements and the lines that they were parsed from.

    `lines[i]` is line `i + shift` in the positions of the statements' nodes.
    """

    statements: list[ast.stmt]
    lines: Sequence[str]
    shift: int


def parse_lines(lines: Sequence[str], indent: str = "") -> Parsed | SyntaxProblem:
    """The statements of a suite whose statements are indented by `indent`, or why there are none.

    The problem's line counts from the first of `lines`.
    """
    text = "".join(lines)
    if indent:
        outcome = _parse("class _:\n" + text)
        if isinstance(outcome, SyntaxProblem):
            return SyntaxProblem(max(outcome.line - 1, 0), outcome.message)
        head = outcome[0]
        if len(outcome) != 1 or not isinstance(head, ast.ClassDef):
            line = outcome[1].lineno - 2 if len(outcome) > 1 else 0
            return SyntaxProblem(max(line, 0), "unexpected unindent")
        return Parsed(head.body, lines, 2)
    marked = text.startswith(_BYTE_ORDER_MARK)
    outcome = _parse(text[1:] if marked else text)
    if isinstance(outcome, SyntaxProblem):
        return outcome
    if marked:
        _widen_first_line(outcome)
    return Parsed(outcome, lines, 1)


def _parse(text: str) -> list[ast.stmt] | SyntaxProblem:
    # `warnings.catch_warnings` is neither thread-safe nor cheap, so one filter, which is about our
    # own pseudo file alone, is put in front and stays there.
    if not warnings.filters or warnings.filters[0] is not _QUIET:
        _silence()
    try:
        module = compile(text, _SOURCE, "exec", ast.PyCF_ONLY_AST, True)
    except UnicodeEncodeError:
        # A lone surrogate; U+FFFD is as wide in UTF-8, so columns stay true.
        return _parse(_SURROGATE.sub("\ufffd", text))
    except SyntaxError as error:
        return SyntaxProblem(max((error.lineno or 1) - 1, 0), error.msg)
    except (ValueError, OverflowError, RecursionError, MemoryError, SystemError) as error:
        return SyntaxProblem(0, str(error) or "too deeply nested")
    assert isinstance(module, ast.Module)
    return module.body


def _silence() -> None:
    filters = warnings.filters
    assert isinstance(filters, list)
    if _QUIET in filters:
        filters.remove(_QUIET)
    filters.insert(0, _QUIET)


def _widen_first_line(statements: list[ast.stmt]) -> None:
    width = len(_BYTE_ORDER_MARK.encode())
    for statement in statements:
        if statement.lineno > 1:
            break
        for node in ast.walk(statement):
            if getattr(node, "lineno", 0) == 1:
                node.col_offset += width  # type: ignore[attr-defined]
            if getattr(node, "end_lineno", 0) == 1:
                node.end_col_offset += width  # type: ignore[attr-defined]
