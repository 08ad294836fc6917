"""Blocks: the statements of a document as stdlib `ast`, kept while it is typed. Never raises."""

from leakwise.syntax.blocks import LOTS, Block, Suite, subtree
from leakwise.syntax.parsing import SyntaxProblem
from leakwise.syntax.tree import SyntaxTree, Update

__all__ = ["LOTS", "Block", "Suite", "SyntaxProblem", "SyntaxTree", "Update", "subtree"]
