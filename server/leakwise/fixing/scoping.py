"""Which names statements bind, and how far a name is seen."""

import ast
import re
from collections.abc import Iterator

from leakwise.fixing.layout import depth, holds_code
from leakwise.fixing.windows import parse
from leakwise.text import Document

_FUNCTION_HEAD = re.compile(r"[ \t\f]*(?:async\s+)?def\b")


def binds(statements: list[ast.stmt], name: str) -> bool:
    """Whether `name` may stand for something else at the end of `statements`."""
    return any(
        isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load)
        for statement in statements
        for node in ast.walk(statement)
    ) or any(_names_of(node, name) for each in statements for node in ast.walk(each))


def _names_of(node: ast.AST, name: str) -> bool:
    """Whether `node` binds `name` other than as an `ast.Name`."""
    if isinstance(node, ast.alias):
        return (node.asname or node.name.partition(".")[0]) == name
    if isinstance(
        node,
        ast.FunctionDef
        | ast.AsyncFunctionDef
        | ast.ClassDef
        | ast.ExceptHandler
        | ast.MatchAs
        | ast.MatchStar,
    ):
        return node.name == name
    return isinstance(node, ast.MatchMapping) and node.rest == name


def function_around(document: Document, line: int) -> tuple[int, int]:
    """The lines of the outermost function around `line`, whose names all may be seen there;
    all lines outside of functions."""
    lines = document.lines
    found = None
    own = depth(lines[line])
    for number in range(line - 1, -1, -1):
        if own == 0:
            break
        # The head of a function may end with a line of its own: `) -> int:`.
        if not holds_code(lines[number]) or lines[number].lstrip().startswith((")", "]", "}")):
            continue
        if depth(lines[number]) < own:
            own = depth(lines[number])
            if _FUNCTION_HEAD.match(lines[number]):
                found = number
    if found is None:
        return 0, len(lines)
    for number in range(max(line, found) + 1, len(lines)):
        if holds_code(lines[number]) and depth(lines[number]) <= depth(lines[found]):
            return found, number
    return found, len(lines)


def mentioned_outside(document: Document, name: str, first: int, end: int) -> bool:
    """Whether the function around the line `first`, or the file outside of functions, has the name
    on a line that is not one of `first` up to `end`.

    In code that does not parse any word counts, of strings and comments too.
    """
    top, bottom = function_around(document, first)
    lines = document.lines
    word = re.compile(rf"\b{re.escape(name)}\b")
    around = (*range(top, first), *range(end, bottom))
    if not any(word.search(lines[number]) for number in around):
        return False
    indented = depth(lines[top]) > 0
    tree = parse(f"{'if 1:' if indented else ''}\n{''.join(lines[top:bottom])}")
    if tree is None:
        return True
    offset = top - 2
    return any(
        not first <= line + offset < end
        for statement in tree.body
        for line in _mentions(statement, name)
    )


def _mentions(tree: ast.AST, name: str) -> Iterator[int]:
    """The lines on which `name` is used or bound."""
    for node in ast.walk(tree):
        named = (
            (isinstance(node, ast.Name) and node.id == name)
            or (isinstance(node, ast.arg) and node.arg == name)
            or (isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names)
            or _names_of(node, name)
        )
        if named:
            yield getattr(node, "lineno", 0)


def reads(tree: ast.AST) -> set[str]:
    """The dotted names that `tree` reads, each as far as it is written out: `a.b` of `a.b[0]()`."""
    inner: set[int] = set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Attribute, ast.Name)) and id(node) not in inner:
            path = dotted(node, inner)
            if path and isinstance(node.ctx, ast.Load):
                found.add(path)
    return found


def stores(tree: ast.AST) -> set[str]:
    """The dotted names that `tree` binds, stores into or deletes, in functions inside too."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            path = None if isinstance(node.ctx, ast.Load) else dotted(node)
            names = [path] if path else []
        else:
            names = bound_names(node)
        found.update(names)
    return found


def dotted(node: ast.expr, inner: set[int] | None = None) -> str | None:
    """`a.b` of a name with attributes, or of an element of it; None of other expressions. The
    nodes in it are added to `inner`."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            tail = f".{attr}"
        case ast.Subscript(value=value):
            tail = ""
        case _:
            return None
    if inner is not None:
        inner.add(id(value))
    path = dotted(value, inner)
    return None if path is None else f"{path}{tail}"


def bound_names(node: ast.AST) -> list[str]:
    """The names that `node` binds other than as an `ast.Name`."""
    match node:
        case ast.alias(name=name, asname=asname):
            return [asname or name.partition(".")[0]]
        case ast.MatchMapping(rest=str(name)) | ast.arg(arg=name):
            return [name]
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            return names
    own = getattr(node, "name", None)
    return [own] if isinstance(own, str) else []
