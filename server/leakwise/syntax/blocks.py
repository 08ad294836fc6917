"""Blocks: statements with their lines, which keep their identity while the text is edited."""

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from leakwise.syntax.hunks import Reference
from leakwise.syntax.layout import suites_of
from leakwise.syntax.parsing import SyntaxProblem

_revisions = itertools.count(1)
_numbers = itertools.count(1)
# Of the golden ratio: its multiples never come close to one another for long.
_SPREAD = 0x9E3779B1
LOTS = 1 << 32


def next_revision() -> int:
    """A number above all that were given before, in this process."""
    return next(_revisions)


def _next_lot() -> int:
    return next(_numbers) * _SPREAD % LOTS


@dataclass(slots=True, eq=False)
class Suite:
    """A suite of a split block: `owner`'s list `field`, whose statements are those of `blocks`."""

    owner: ast.AST
    field: str
    indent: str
    blocks: list["Block"]

    @property
    def start(self) -> int:
        """The absolute first line."""
        return self.blocks[0].start

    @property
    def end(self) -> int:
        """The absolute line behind the last one."""
        return self.blocks[-1].end


@dataclass(slots=True, eq=False)
class Block:
    """One statement (several where they share a line) and its lines.

    A long compound statement and every class is split: its suites' statements are its children,
    and its own lines are its headers. The block keeps its identity while its statement is edited.
    """

    start: int = 0
    """The absolute zero-based first line."""
    line_count: int = 0
    """The lines it spans, with blank and comment lines behind its last statement."""
    base: int = 1
    """A node's `lineno` minus this is its line relative to `start`, but for nodes of children."""
    statements: list[ast.stmt] = field(default_factory=list)
    """Empty for comments at the top. A split block's suites hold its children's statements."""
    revision: int = 0
    """New whenever its code or that of a block beneath changed, not when it moved."""
    own_revision: int = 0
    """Like `revision`, but for changes of its own lines alone: headers and structure."""
    children: list["Block"] = field(default_factory=list)
    """All blocks right beneath it in line order; empty for a leaf."""
    parent: "Block | None" = None
    half_typed: tuple[tuple[int, int], ...] = ()
    """Relative (first, last) lines of what does not parse and is stood in for.

    Positions of nodes inside these lines are those of an earlier text, kept within the lines; their
    columns need not exist.
    """
    unhealed: bool = False
    """Whether its statements are old ones that were found no place for in its present text."""
    suites: list[Suite] = field(default_factory=list)
    reference: Reference | None = None
    """What its statements were parsed from, where that is not its text."""
    problem: SyntaxProblem | None = None
    """Why it does not parse, with a relative line."""
    lot: int = field(default_factory=_next_lot)
    """A number below `LOTS`, spread evenly: neighbours are divided by it into groups, so that an
    insertion moves no division but its own."""

    @property
    def end(self) -> int:
        """The absolute line behind its last one."""
        return self.start + self.line_count

    @property
    def broken(self) -> bool:
        """Whether its own lines do not parse."""
        return bool(self.half_typed) or self.unhealed

    @property
    def code_count(self) -> int:
        """The lines up to the end of its last statement."""
        if not self.statements:
            return 0
        last = self.statements[-1]
        return (last.end_lineno or last.lineno) - self.base + 1

    def __repr__(self) -> str:
        kinds = ", ".join(type(statement).__name__ for statement in self.statements)
        return f"<Block {self.start}+{self.line_count} {kinds}>"


def subtree(block: Block) -> Iterator[Block]:
    """The block and all beneath it, parents first."""
    yield block
    for child in block.children:
        yield from subtree(child)


def damaged(block: Block) -> bool:
    """Whether the block or one beneath it is broken."""
    return block.broken or any(damaged(child) for child in block.children)


def move(block: Block, lines: int) -> None:
    """Moves a block and all beneath it down by `lines`; no node is touched."""
    block.start += lines
    for child in block.children:
        move(child, lines)


def own_nodes(block: Block) -> Iterator[ast.AST]:
    """The nodes of a block that are not under a child block."""
    assembled = {id(getattr(suite.owner, suite.field)) for suite in block.suites}
    todo: list[ast.AST] = list(block.statements)
    while todo:
        node = todo.pop()
        yield node
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, ast.AST):
                todo.append(value)
            elif isinstance(value, list) and id(value) not in assembled:
                todo.extend(item for item in value if isinstance(item, ast.AST))


def assemble(block: Block) -> None:
    """Puts the children's statements into the suites, and the suites' blocks into `children`."""
    children: list[Block] = []
    for suite in block.suites:
        children.extend(suite.blocks)
        body: list[ast.stmt] = getattr(suite.owner, suite.field)
        body[:] = [statement for child in suite.blocks for statement in child.statements]
    block.children = children


def move_headers(block: Block, behind: int, lines: int) -> None:
    """Moves the own nodes of a split block that start on relative line `behind` or later."""
    if not lines:
        return
    least = block.base + behind
    for node in own_nodes(block):
        if getattr(node, "lineno", 0) >= least:
            node.lineno += lines  # type: ignore[attr-defined]
            node.end_lineno += lines  # type: ignore[attr-defined]


def settle_ends(block: Block) -> None:
    """Makes the end of a split block's statement, handlers and elifs that of what they hold.

    Python counts a semicolon behind the last statement too, which no child tells of.
    """
    ends: dict[int, tuple[int, int]] = {}
    for suite in block.suites:
        for child in reversed(suite.blocks):
            if child.statements:
                last = child.statements[-1]
                line = (last.end_lineno or last.lineno) - child.base + child.start
                line += block.base - block.start
                ends[id(last)] = (line, last.end_col_offset or 0)
                break
    statement = block.statements[0]
    final: tuple[int, int] | None = None
    for owner, name in reversed(suites_of(statement)):
        body: list[ast.stmt] = getattr(owner, name)
        if not body:
            continue
        last = body[-1]
        end = ends.get(id(last), (last.end_lineno or last.lineno, last.end_col_offset or 0))
        final = final or end
        if isinstance(owner, ast.ExceptHandler):
            owner.end_lineno, owner.end_col_offset = end
        elif isinstance(owner, ast.If):
            owner.end_lineno, owner.end_col_offset = final
    if final:
        statement.end_lineno, statement.end_col_offset = final
