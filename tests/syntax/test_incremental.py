"""Blocks after any edits, against blocks made of the text anew."""

import ast
import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leakwise.syntax import Block, SyntaxTree, layout, subtree
from leakwise.text import Document, LineChange
from tests.syntax.outlines import module_dump, outlines, whole_dump
from tests.syntax.programs import edits, fragments, programs

SLOW = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module", autouse=True)
def _short_programs_split() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout, "SPLIT_OVER", 6)
        patch.setattr(layout, "SPLIT_EDITED_OVER", 6)
        yield


@settings(SLOW, max_examples=150)
@given(programs())
def test_blocks_make_the_module_that_python_parses(text: str) -> None:
    tree = SyntaxTree(Document.from_text("u", text))
    assert_whole(tree)
    assert tree.problem() is None
    assert whole_dump(tree) == module_dump(ast.parse(text))


@settings(SLOW, max_examples=250)
@given(st.data())
def test_blocks_after_edits_are_those_of_the_text_anew(data: st.DataObject) -> None:
    document = Document.from_text("u", data.draw(programs()))
    good = document.text
    tree = SyntaxTree(document)
    for _ in range(data.draw(st.integers(1, 5))):
        sound = tree.problem() is None
        changes = []
        if not sound and data.draw(st.booleans()):
            document, change = document.with_text(good)
            changes.append(change)
        else:
            for _ in range(data.draw(st.sampled_from([1, 1, 1, 2, 3]))):
                document, change = data.draw(edits(document))
                changes.append(change)
        revisions = {id(block): block.revision for block in tree.blocks}
        before = list(tree.blocks)
        update = tree.update(document, changes)
        assert_whole(tree)
        changed = [b for b in tree.blocks if revisions.get(id(b)) != b.revision]
        assert update.touched == changed
        assert update.removed == [b for b in before if b not in tree.blocks]
        if parses(document.text):
            good = document.text
            if sound and tree.problem() is None:
                assert outlines(tree) == outlines(SyntaxTree(document))
            tree.resync()
            assert tree.problem() is None
            assert_whole(tree)
            assert outlines(tree) == outlines(SyntaxTree(document))
        else:
            assert tree.problem() is not None


@settings(SLOW, max_examples=100)
@given(programs(), st.integers(2, 6), st.data())
def test_what_is_edited_is_split_into_smaller_pieces_of_the_same_text(
    text: str, most: int, data: st.DataObject
) -> None:
    document = Document.from_text("u", text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout, "SPLIT_EDITED_OVER", most)
        tree = SyntaxTree(document)
        for _ in range(data.draw(st.integers(1, 5))):
            document, change = data.draw(edits(document))
            tree.update(document, [change])
            assert_whole(tree)
            if parses(document.text):
                tree.resync()
                assert_whole(tree)
                assert tree.problem() is None
                assert whole_dump(tree) == whole_dump(SyntaxTree(document))


@settings(SLOW, max_examples=200)
@given(st.one_of(fragments(), st.text(max_size=60)), st.data())
def test_no_text_and_no_edit_raises(text: str, data: st.DataObject) -> None:
    document = Document.from_text("u", text)
    tree = SyntaxTree(document)
    assert_whole(tree)
    for _ in range(3):
        document, change = data.draw(edits(document))
        tree.update(document, [change])
        assert_whole(tree)
        tree.resync()
        assert_whole(tree)


@pytest.mark.parametrize("wrong", [[], [(0, 0, 2)], [(7, 2, 9)]])
def test_changes_that_cannot_lead_to_the_text_are_found_out(
    wrong: list[tuple[int, int, int]],
) -> None:
    tree = SyntaxTree(Document.from_text("u", "x = 1\ny = 2\n"))
    document = Document.from_text("u", "x = 1\ny = 3\nz = 4\n")
    tree.update(document, [LineChange(*one) for one in wrong])
    assert outlines(tree) == outlines(SyntaxTree(document))


def parses(text: str) -> bool:
    try:
        ast.parse(re.sub("[\ud800-\udfff]", "\ufffd", text.removeprefix("\ufeff")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def assert_whole(tree: SyntaxTree) -> None:
    """The blocks cover the document, and what they say of themselves agrees."""
    line = 0
    for block in tree.blocks:
        assert block.start == line
        assert block.parent is None
        assert_consistent(block, tree)
        line = block.end
    assert line == len(tree.document.lines)
    broken = [b.start for top in tree.blocks for b in subtree(top) if b.broken]
    problem = tree.problem()
    assert (problem is None) == (not broken)
    if problem is not None:
        assert broken[0] <= problem.line < len(tree.document.lines)


def assert_consistent(block: Block, tree: SyntaxTree) -> None:
    assert block.line_count > 0
    for low, high in block.half_typed:
        assert 0 <= low <= high < block.line_count
    line = block.start
    for child in block.children:
        assert child.start >= line
        assert child.parent is block
        assert_consistent(child, tree)
        line = child.end
        for statement in child.statements:
            assert tree.child_block(statement) is child
    assert line <= block.end
    for suite in block.suites:
        body = [one for child in suite.blocks for one in child.statements]
        assert getattr(suite.owner, suite.field) == body
