"""Adding an import to a file."""

import ast
import re
from collections.abc import Iterator

from leakwise.fixing.layout import continues_compound, depth, holds_code, insertion, newline
from leakwise.fixing.statements import holds_string_at_start, suites_of
from leakwise.fixing.windows import Extent, Window, window_from
from leakwise.text import Document, Edit
from leakwise.text.document import line_width

_IMPORT = re.compile(r"\f*(?:import|from)\b")
_ENDS_IMPORTS = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.For,
    ast.AsyncFor,
    ast.While,
)


def import_added(document: Document, module: str, alias: str | None = None) -> tuple[Edit, ...]:
    """The edits that add `import {module}`, or `import {module} as {alias}`; none when the file
    imports it already."""
    naming = re.compile(rf"[ \t\f]*import\b.*\b{re.escape(module)}\b")
    last = -1
    for number, line in enumerate(document.lines):
        if _IMPORT.match(line) or naming.match(line):
            last = number
    statements = list(_top_level(document, last))
    if alias is None and any(_imports(window.body, module) for window in statements):
        return ()
    return (_inserted(document, _place(statements), _line(module, alias)),)


def top_level(document: Document) -> Iterator[Window]:
    """The top-level statements of the document that parse."""
    return _top_level(document, len(document.lines))


def _line(module: str, alias: str | None) -> str:
    return f"import {module} as {alias}" if alias else f"import {module}"


def _place(statements: list[Window]) -> int:
    """The line that an import goes in front of. What stands below a definition or a loop is too
    late for code that runs as the file is read."""
    place = 0
    for number, window in enumerate(statements):
        if isinstance(window.body[0], _ENDS_IMPORTS):
            break
        if any(isinstance(each, (ast.Import, ast.ImportFrom)) for each in window.body) or (
            number == 0 and holds_string_at_start(window.body)
        ):
            place = window.end
    return place or min((window.first for window in statements), default=0)


def _inserted(document: Document, line: int, text: str) -> Edit:
    if line > 0 and not document.lines[line - 1].endswith(("\r", "\n")):
        last = document.lines[line - 1]
        return insertion(line - 1, line_width(last), f"{newline(document, line - 1)}{text}")
    return insertion(line, 0, f"{text}{newline(document, line)}")


def _top_level(document: Document, last: int) -> Iterator[Window]:
    """The top-level statements that parse: the first, and those down to the line `last`."""
    lines = document.lines
    number = 0
    while number < len(lines):
        line = lines[number]
        window = None
        if holds_code(line) and not depth(line) and not continues_compound(line):
            window = window_from(document, number, Extent.STATEMENT)
        if window is None:
            number += 1
        else:
            yield window
            number = window.end
            if number > last:
                return


def _imports(body: list[ast.stmt], module: str) -> bool:
    """Whether `import {module}` is among the statements, in `if` and `try` too."""
    for statement in body:
        if isinstance(statement, ast.Import):
            if any(_binds(alias, module) for alias in statement.names):
                return True
        elif isinstance(statement, (ast.If, ast.Try)):
            if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
                continue
            if any(_imports(suite, module) for suite in suites_of(statement)):
                return True
    return False


def _binds(alias: ast.alias, module: str) -> bool:
    """Whether the import lets `module` be written as it is."""
    return alias.asname is None and (alias.name == module or alias.name.startswith(f"{module}."))
