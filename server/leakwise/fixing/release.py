"""Releasing what a call gives: its result bound, `try` around what follows, `finally` behind."""

import ast
import re

from leakwise.fixing.blocks import can_be_moved
from leakwise.fixing.indenting import deeper
from leakwise.fixing.layout import depth, insertion, trimmed
from leakwise.fixing.scoping import binds, function_around
from leakwise.fixing.statements import Run, run_at
from leakwise.fixing.windows import Extent, Window, parse, windows
from leakwise.text import Document, Edit, Range

_IDENTIFIER = re.compile(r"[^\W\d]\w*")


def released(document: Document, span: Range, name: str, release: str) -> tuple[Edit, ...] | None:
    """Edits that bind the call at `span` to `name` (with a number behind it where the name is in
    use; an assignment keeps its own) and release it after the statements that follow."""
    if not (name.isidentifier() and release.isidentifier()):
        return None
    span = trimmed(document, span)
    for window in windows(document, span, Extent.SUITE):
        run = run_at(window, span)
        if run is None:
            continue
        if run.first != run.last or run.last + 1 == len(run.suite):
            return None
        return _released(window, run, name, release)
    return None


def _released(window: Window, run: Run, name: str, release: str) -> tuple[Edit, ...] | None:
    acquisition = run.suite[run.first]
    rest = Run(run.owner, run.suite, run.first + 1, len(run.suite) - 1)
    binding: list[Edit] = []
    bound = bound_name(acquisition)
    if bound is None:
        if not (isinstance(acquisition, ast.Expr) and isinstance(acquisition.value, ast.Call)):
            return None
        bound = _free_name(window.document, window.start_of(acquisition).line, name)
        start = window.start_of(acquisition)
        binding.append(insertion(start.line, start.column, f"{bound} = "))
    if not window.begins_its_line(acquisition) or binds(rest.statements, bound):
        return None
    moved = deeper(window, rest) if can_be_moved(window, rest) else None
    if moved is None:
        return None
    edits = (
        *binding,
        moved.head("try:"),
        *moved.edits,
        moved.tail("finally:", f"{moved.unit}{bound}.{release}()"),
    )
    final = parse(f"{bound}.{release}()")
    if final is None:
        return None
    if isinstance(acquisition, ast.Expr):
        assigned = ast.Assign([ast.Name(bound, ast.Store())], acquisition.value)
        run.suite[run.first] = assigned
    attempt = ast.Try(rest.statements, [], [], final.body)
    run.suite[rest.first :] = [attempt]
    return edits if window.becomes(edits, window.body) else None


def bound_name(statement: ast.stmt) -> str | None:
    """The one name that `statement` binds to a call's result; None when it does not."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call()):
            return name
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call()):
            return name
    return None


def _free_name(document: Document, line: int, name: str) -> str:
    """`name`, with the next free number where the function around `line`, or the file outside of
    functions, has it in use."""
    first, end = function_around(document, line)
    text = "".join(document.lines[first:end])
    if name not in text:
        return name
    used = _names_in(text, depth(document.lines[first]) > 0)
    if name not in used:
        return name
    number = 2
    while f"{name}_{number}" in used:
        number += 1
    return f"{name}_{number}"


def _names_in(text: str, indented: bool) -> set[str]:
    """The names in `text`; in code that does not parse every word, of strings and comments too."""
    tree = parse(f"if 1:\n{text}" if indented else text)
    if tree is None:
        return set(_IDENTIFIER.findall(text))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            continue
        for field, value in ast.iter_fields(node):
            if isinstance(node, ast.Attribute) and field == "attr":
                continue
            parts = value if isinstance(value, list) else [value]
            names.update(part for part in parts if isinstance(part, str))
    return names
