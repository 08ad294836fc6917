"""What stays the same block, and which revisions an edit leaves alone."""

import ast

from leakwise.syntax import Block, SyntaxTree, Update, subtree
from leakwise.syntax.layout import SPLIT_EDITED_OVER, SPLIT_OVER
from leakwise.text import Document, Range

CLASS = (
    "class A:\n    x = 1\n\n    def f(self):\n        return 1\n\n    def g(self):\n        pass\n"
)
LONG = "".join(f"    x{n} = {n}\n" for n in range(70))


def opened(text: str) -> SyntaxTree:
    return SyntaxTree(Document.from_text("u", text))


def edited(tree: SyntaxTree, line: int, column: int, end: tuple[int, int], text: str) -> Update:
    document, change = tree.document.replace(Range.of(line, column, *end), text)
    return tree.update(document, [change])


def typed(tree: SyntaxTree, line: int, column: int, text: str) -> Update:
    return edited(tree, line, column, (line, column), text)


def revisions(tree: SyntaxTree) -> dict[Block, int]:
    return {block: block.revision for top in tree.blocks for block in subtree(top)}


def names(block: Block) -> list[str]:
    return [getattr(statement, "name", "") for statement in block.statements]


def line_of(node: ast.AST, block: Block) -> int:
    return int(getattr(node, "lineno", 0)) - block.base + block.start


def test_a_class_is_split_and_its_children_are_its_body() -> None:
    (block,) = opened(CLASS).blocks
    assert [(child.start, child.line_count) for child in block.children] == [(1, 2), (3, 3), (6, 3)]
    (statement,) = block.statements
    assert isinstance(statement, ast.ClassDef)
    assert statement.body == [one for child in block.children for one in child.statements]


def test_comments_that_lead_the_document_are_a_block_without_statements() -> None:
    lead, rest = opened("# a\n\nx = 1\n# b\n").blocks
    assert (lead.start, lead.line_count, lead.statements) == (0, 2, [])
    assert (rest.start, rest.line_count) == (2, 3)


def test_an_edit_in_a_method_leaves_its_siblings_and_the_class_header_alone() -> None:
    tree = opened(CLASS + "y = 2\n")
    before = revisions(tree)
    a, y = tree.blocks
    own, (x, f, g) = a.own_revision, a.children
    update = typed(tree, 4, 16, "2")
    assert update.touched == [a]
    changed = {block for block, revision in revisions(tree).items() if before[block] != revision}
    assert changed == {a, f}
    assert a.own_revision == own
    assert a.children == [x, f, g]
    assert tree.blocks == [a, y]


def test_lines_above_move_blocks_without_touching_them() -> None:
    tree = opened("import os\n" + CLASS)
    _, a = tree.blocks
    before, g = a.revision, a.children[2]
    update = typed(tree, 0, 9, "\n\n")
    assert a.revision == before
    assert a not in update.touched
    assert (a.start, g.start, line_of(g.statements[0], g)) == (3, 9, 9)


def test_blank_lines_and_comments_behind_a_statement_are_no_change() -> None:
    tree = opened("x = 1\ny = 2\n")
    before = revisions(tree)
    assert typed(tree, 0, 5, "\n\n# note").touched == []
    assert revisions(tree) == before
    assert [block.start for block in tree.blocks] == [0, 3]


def test_a_header_is_parsed_without_its_suite() -> None:
    tree = opened("class A:\n" + LONG)
    (a,) = tree.blocks
    before = [(child, child.revision) for child in a.children]
    own = a.own_revision
    typed(tree, 0, 7, "(B)")
    assert tree.blocks == [a]
    assert a.own_revision != own
    assert [(child, child.revision) for child in a.children] == before


def test_later_headers_keep_their_lines_when_earlier_children_grow() -> None:
    tree = opened("try:\n" + LONG + "except X as e:\n    y = 1\nfinally:\n    z = 2\n")
    (block,) = tree.blocks
    typed(tree, 2, 4, "new = 0\n    ")
    (statement,) = block.statements
    assert isinstance(statement, ast.Try)
    handler = statement.handlers[0]
    assert line_of(handler, block) == 72
    assert block.start + (handler.end_lineno or 0) - block.base == 73
    assert (statement.end_lineno or 0) - block.base == 75
    assert handler.type is not None
    assert line_of(handler.type, block) == 72


def test_a_function_is_split_where_it_is_long() -> None:
    short, long = (
        opened("def f():\n" + "".join(f"    x{n} = {n}\n" for n in range(count)))
        for count in (SPLIT_OVER - 1, SPLIT_OVER)
    )
    assert short.blocks[0].children == []
    assert len(long.blocks[0].children) == SPLIT_OVER


def test_a_function_is_split_when_it_is_edited_and_whole_again_when_it_is_short() -> None:
    text = "def f():\n" + "".join(f"    x{n} = {n}\n" for n in range(SPLIT_EDITED_OVER - 1))
    tree = opened(text)
    (block,) = tree.blocks
    typed(tree, 1, 6, " ")
    assert tree.blocks == [block]
    assert block.children == []
    typed(tree, 2, 0, "    y = 1\n")
    assert tree.blocks == [block]
    assert len(block.children) == SPLIT_EDITED_OVER
    edited(tree, 2, 0, (3, 0), "")
    assert tree.blocks == [block]
    assert block.children == []


def test_a_new_statement_leaves_the_blocks_around_it() -> None:
    tree = opened("x = 1\n\ny = 2\n")
    x, y = tree.blocks
    before = x.revision, y.revision
    update = typed(tree, 1, 0, "z = 3")
    assert [tree.blocks[0], tree.blocks[2]] == [x, y]
    assert (x.revision, y.revision) == before
    assert update.touched == [tree.blocks[1]]
    assert edited(tree, 1, 0, (1, 5), "").removed == update.touched


def test_a_statement_gives_its_child_block_while_it_is_in_the_tree() -> None:
    tree = opened(CLASS)
    (a,) = tree.blocks
    old = a.children[1].statements[0]
    assert tree.child_block(old) is a.children[1]
    typed(tree, 4, 16, "2")
    assert tree.child_block(old) is None
    assert tree.child_block(a.children[1].statements[0]) is a.children[1]
    assert tree.child_block(a.statements[0]) is None


def test_statements_that_share_a_line_are_one_block() -> None:
    tree = opened("a = 1; b = 2\nc = 3; \\\nd = 4\n")
    assert [len(block.statements) for block in tree.blocks] == [2, 2]


def test_a_byte_order_mark_shifts_the_columns_of_its_line_alone() -> None:
    tree = opened("\ufeffx = 1\ny = 2\n")
    assert [block.statements[0].col_offset for block in tree.blocks] == [3, 0]
    assert tree.problem() is None
