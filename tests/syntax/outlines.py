"""Blocks as plain values with absolute positions, to compare trees and to look into them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from leakwise.syntax import Block, SyntaxTree


@dataclass(frozen=True)
class Outline:
    """One block: its lines, what it says, and its children."""

    start: int
    line_count: int
    statements: tuple[str, ...]
    children: tuple["Outline", ...]


def outlines(tree: SyntaxTree) -> list[Outline]:
    """The outline of each top-level block."""
    return [outline(block) for block in tree.blocks]


def outline(block: Block) -> Outline:
    """The outline of one block and all beneath it."""
    statements = tuple(
        absolute_dump(statement, block) if not block.suites else own_dump(block)
        for statement in block.statements
    )
    children = tuple(outline(child) for child in block.children)
    return Outline(block.start, block.line_count, statements, children)


def absolute_dump(node: ast.AST, block: Block) -> str:
    """`ast.dump` of a node of `block` with one-based lines of the document."""
    shift = block.start + 1 - block.base
    return "".join(_dump(node, shift, {}))


def own_dump(block: Block) -> str:
    """`ast.dump` of a split block without its suites' statements."""
    shift = block.start + 1 - block.base
    hidden = {id(s): "" for child in block.children for s in child.statements}
    return "".join(_dump(block.statements[0], shift, hidden))


def whole_dump(tree: SyntaxTree) -> str:
    """`ast.dump` of the whole module that the blocks make, with lines of the document."""
    return "".join("".join(_assembled(block)) for block in tree.blocks)


def module_dump(module: ast.Module) -> str:
    """`ast.dump` of a module as Python parses it."""
    return "".join("".join(_dump(statement, 0, {})) for statement in module.body)


def _assembled(block: Block) -> Iterator[str]:
    texts = {}
    for child in block.children:
        for statement, text in zip(child.statements, _texts(child), strict=True):
            texts[id(statement)] = text
    for statement in block.statements:
        yield from _dump(statement, block.start + 1 - block.base, texts)


def _texts(block: Block) -> list[str]:
    if block.suites:
        return ["".join(_assembled(block))]
    shift = block.start + 1 - block.base
    return ["".join(_dump(statement, shift, {})) for statement in block.statements]


def _dump(node: ast.AST, shift: int, known: dict[int, str]) -> Iterator[str]:
    if id(node) in known:
        yield known[id(node)]
        return
    yield f"{type(node).__name__}("
    for name in node._fields:
        value = getattr(node, name, None)
        items = value if isinstance(value, list) else [value]
        yield f"{name}=["
        for item in items:
            if isinstance(item, ast.AST):
                yield from _dump(item, shift, known)
            else:
                yield repr(item)
            yield ","
        yield "]"
    if hasattr(node, "lineno"):
        line, last = node.lineno + shift, node.end_lineno + shift  # type: ignore[attr-defined]
        columns = f"{node.col_offset}-{node.end_col_offset}"  # type: ignore[attr-defined]
        yield f"@{line}-{last}:{columns}"
    yield ")"
