"""What a tree knows of its blocks: which are broken, and which holds a statement."""

import ast

from leakwise.syntax.blocks import Block, subtree


class BlockIndex:
    """The blocks of one tree by their statements, and the broken ones."""

    def __init__(self) -> None:
        self.broken: set[Block] = set()
        self._children: dict[int, Block] = {}

    def enter(self, block: Block) -> None:
        """Takes in a block as it is now."""
        if block.broken:
            self.broken.add(block)
        else:
            self.broken.discard(block)
        if block.parent is not None:
            for statement in block.statements:
                self._children[id(statement)] = block

    def forget(self, block: Block) -> None:
        """Gives up a block, or its statements before they are replaced."""
        self.broken.discard(block)
        for statement in block.statements:
            if self._children.get(id(statement)) is block:
                del self._children[id(statement)]

    def forget_all(self, block: Block) -> None:
        """Gives up a block and all beneath it."""
        for gone in subtree(block):
            self.forget(gone)

    def child_block(self, statement: ast.stmt) -> Block | None:
        """The child block that holds `statement` as one of its own."""
        block = self._children.get(id(statement))
        if block is None or not any(own is statement for own in block.statements):
            return None
        return block
