"""Where statements stand in lines: which belong together, and the suites of compound ones."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from leakwise.syntax.parsing import Parsed

SPLIT_OVER = 60
"""A compound statement of more lines than this is split into the statements of its suites."""
SPLIT_EDITED_OVER = 3
"""The same for one in which something was edited: in small pieces the next edit costs less. All
would take memory, and time when a file is opened."""

_SPACE = " \t\f"


@dataclass(slots=True)
class Group:
    """Statements that share lines, with the lines `start` up to `end` of what was parsed.

    `end` is behind the last line with code.
    """

    start: int
    end: int
    statements: list[ast.stmt]


@dataclass(slots=True)
class SuiteLayout:
    """A suite that starts on a line of its own: its statements, and where they end."""

    owner: ast.AST
    field: str
    indent: str
    groups: list[Group]
    end: int


def indentation(line: str) -> str:
    """The white space before a line's code; a form feed starts it anew, as it does for Python."""
    space = line[: len(line) - len(line.lstrip(_SPACE))]
    return space.rpartition("\f")[2]


def is_code(line: str) -> bool:
    """Whether a line holds more than white space and a comment, by its own looks."""
    text = line.strip(" \t\f\r\n")
    # Python reads no NUL, not even in a comment.
    return bool(text) and (text[0] != "#" or "\0" in text)


def is_continued(line: str) -> bool:
    """Whether a line ends in a backslash that joins the next one to it, by its own looks."""
    text = line.rstrip("\r\n")
    return text.endswith("\\") and not text.lstrip(_SPACE).startswith("#")


def is_long(statement: ast.stmt, line_count: int, split_over: float) -> bool:
    """Whether a compound statement of so many lines is split; a class always is."""
    return line_count > split_over or isinstance(statement, ast.ClassDef)


def groups_of(parsed: Parsed, statements: Sequence[ast.stmt], floor: int = 0) -> list[Group]:
    """The groups of `statements`, none of which starts before line `floor`."""
    lines, shift = parsed.lines, parsed.shift
    groups: list[Group] = []
    for statement in statements:
        start = _first_line(statement, lines, shift, floor)
        end = _end(statement) - shift + 1
        if groups and (start < floor or _joined(groups[-1], start, lines)):
            groups[-1].statements.append(statement)
            groups[-1].end = max(end, groups[-1].end)
        else:
            groups.append(Group(start, end, [statement]))
        floor = end
    return groups


def suites_of(statement: ast.stmt) -> list[tuple[ast.AST, str]]:
    """The suites of a compound statement as (owner, field) in line order; elifs are one chain."""
    found: list[tuple[ast.AST, str]] = []
    current = statement
    while isinstance(current, ast.If):
        found.append((current, "body"))
        follower = current.orelse[0] if len(current.orelse) == 1 else None
        if not isinstance(follower, ast.If) or follower.col_offset != statement.col_offset:
            found.append((current, "orelse"))
            return found
        current = follower
    if isinstance(statement, ast.Match):
        return [(case, "body") for case in statement.cases]
    for field in ("body", "handlers", "orelse", "finalbody"):
        if field == "handlers":
            found.extend((handler, "body") for handler in getattr(statement, field, ()))
        elif getattr(statement, field, None):
            found.append((statement, field))
    return found


def suite_layouts(group: Group, parsed: Parsed, limit: int, split_over: float) -> list[SuiteLayout]:
    """How a group splits: [] if it stays whole. `limit` is behind its last line."""
    if len(group.statements) != 1 or not hasattr(group.statements[0], "body"):
        return []
    statement = group.statements[0]
    if not is_long(statement, group.end - group.start, split_over):
        return []
    lines, shift = parsed.lines, parsed.shift
    layouts: list[SuiteLayout] = []
    suites = [(owner, field) for owner, field in suites_of(statement) if getattr(owner, field)]
    floor = group.start
    for position, (owner, field) in enumerate(suites):
        body: list[ast.stmt] = getattr(owner, field)
        end = _end(body[-1]) - shift + 1
        if position + 1 < len(suites):
            while end < limit and not is_code(lines[end]):
                end += 1
        else:
            end = limit
        start = _first_line(body[0], lines, shift, floor + 1)
        if start > floor and _stands_alone(body[0], start, lines, shift):
            groups = groups_of(parsed, body, start)
            layouts.append(SuiteLayout(owner, field, indentation(lines[start]), groups, end))
        floor = end
    return layouts


def _end(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno


def _first_line(statement: ast.stmt, lines: Sequence[str], shift: int, floor: int) -> int:
    line = statement.lineno - shift
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    if decorators:
        line = decorators[0].lineno - shift
        while line > floor and not lines[line].lstrip("\ufeff" + _SPACE).startswith("@"):
            line -= 1
    while line > floor and is_continued(lines[line - 1]):
        line -= 1
    return line


def _joined(group: Group, start: int, lines: Sequence[str]) -> bool:
    if start < group.end:
        return True
    if start > group.end or not is_continued(lines[group.end - 1]):
        return False
    column = group.statements[-1].end_col_offset or 0
    return b"#" not in lines[group.end - 1].encode("utf-8", "surrogatepass")[column:]


def _stands_alone(statement: ast.stmt, start: int, lines: Sequence[str], shift: int) -> bool:
    """Whether a suite's first statement is on a line of its own, not behind its header's colon."""
    line = lines[start]
    if is_continued(lines[start - 1]):
        return False
    if start < statement.lineno - shift:
        return line.lstrip(_SPACE)[:1] in "@\\"
    return len(line) - len(line.lstrip(_SPACE)) == statement.col_offset
