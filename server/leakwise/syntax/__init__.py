"""Blocks: the statements of a document as stdlib `ast`, kept while it is typed. Never raises."""

from leakwise.syntax.blocks import Block, Suite, subtree
from leakwise.syntax.parsing import SyntaxProblem
from leakwise.syntax.tree import SyntaxTree, Update

__all__ = ["Block", "Suite", "SyntaxProblem", "SyntaxTree", "Update", "subtree"]
