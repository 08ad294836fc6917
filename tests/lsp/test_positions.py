"""Columns in the client's units and lines by the protocol's rule, seen from outside."""

import pytest
from lsprotocol import types

from tests.lsp.sessions import (
    LEAK,
    LEAK_LINE,
    Session,
    capabilities,
    codes,
    replaced,
    typed,
)

BEFORE = "'é😀'; "
"""What stands before the leaking statement: 6 code points."""

WIDTHS = {"utf-8": 10, "utf-16": 7, "utf-32": 6}
SHIFTED = LEAK.replace("    total += loss", f"    {BEFORE}total += loss")


@pytest.mark.parametrize("encoding", WIDTHS)
async def test_every_feature_counts_in_the_agreed_units(session: Session, encoding: str) -> None:
    start = 13 + WIDTHS[encoding]
    span = types.Range(types.Position(LEAK_LINE, start), types.Position(LEAK_LINE, start + 4))
    await session.initialize(capabilities(encodings=[encoding]))
    session.open(SHIFTED)
    (found,) = await session.diagnostics(1)
    assert found.range == span

    hover = await session.hover(LEAK_LINE, start + 1)
    assert hover is not None
    assert hover.range == span

    first, *_ = await session.actions(span)
    edit = (await session.resolve(first)).edit
    assert edit is not None
    assert edit.document_changes is not None
    (change,) = edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    (insertion,) = change.edits
    assert isinstance(insertion, types.TextEdit)
    assert insertion.range == types.Range(span.end, span.end)

    session.change(2, typed(LEAK_LINE, start + 4, ".item()"))
    assert codes(await session.diagnostics(2)) == []
    session.change(3, replaced(LEAK_LINE, start + 4, LEAK_LINE, start + 11, ""))
    (again,) = await session.diagnostics(3)
    assert again.range == span


async def test_units_may_change_where_code_points_do_not(session: Session) -> None:
    await session.initialize(capabilities(encodings=["utf-16"]))
    session.open(LEAK.replace("    total += loss", "    'é'; total += loss"))
    (found,) = await session.diagnostics(1)
    assert found.range.start == types.Position(LEAK_LINE, 18)
    session.change(2, replaced(LEAK_LINE, 5, LEAK_LINE, 6, "😀"))
    (found,) = await session.diagnostics(2)
    assert found.range.start == types.Position(LEAK_LINE, 19)
    session.change(3, replaced(LEAK_LINE, 5, LEAK_LINE, 7, "e"))
    (found,) = await session.diagnostics(3)
    assert found.range.start == types.Position(LEAK_LINE, 18)


@pytest.mark.parametrize("encoding", WIDTHS)
async def test_a_position_inside_a_character_stands_before_it(
    session: Session, encoding: str
) -> None:
    await session.initialize(capabilities(encodings=[encoding]))
    session.open(f"😀\n{LEAK}")
    session.change(2, typed(0, 1, "# "))
    (found,) = await session.diagnostics(2)
    assert found.range.start.line == LEAK_LINE + 1
    inside = encoding != "utf-32"
    # Had it been put behind or into the emoji, the first line would not be a comment.
    session.change(3, replaced(0, 0, 0, 2 if inside else 1, ""))
    assert codes(await session.diagnostics(3)) == [("LP001", LEAK_LINE + 1)]


@pytest.mark.parametrize("terminator", ["\r", "\r\n", "\n"])
async def test_each_terminator_ends_a_line(session: Session, terminator: str) -> None:
    await session.initialize()
    session.open(LEAK.replace("\n", terminator))
    assert codes(await session.diagnostics(1)) == [("LP001", LEAK_LINE)]
    session.change(2, typed(0, 0, f"# one{terminator}# two{terminator}"))
    assert codes(await session.diagnostics(2)) == [("LP001", LEAK_LINE + 2)]
    session.change(3, typed(LEAK_LINE + 2, 17, ".item()"))
    assert codes(await session.diagnostics(3)) == []


@pytest.mark.parametrize("character", ["\f", "\v", "\u2028", "\u2029", "\x85", "\x1c"])
async def test_nothing_else_ends_a_line(session: Session, character: str) -> None:
    await session.initialize()
    session.open(f"'''{character}'''\n{LEAK}")
    assert codes(await session.diagnostics(1)) == [("LP001", LEAK_LINE + 1)]
    session.change(2, typed(0, 3, character))
    session.change(3, typed(LEAK_LINE + 1, 17, ".item()"))
    assert codes(await session.diagnostics(3)) == []
    session.change(4, replaced(LEAK_LINE + 1, 17, LEAK_LINE + 1, 24, ""))
    assert codes(await session.diagnostics(4)) == [("LP001", LEAK_LINE + 1)]


async def test_a_line_feed_joins_a_carriage_return(session: Session) -> None:
    await session.initialize()
    session.open("\r" + LEAK)
    assert codes(await session.diagnostics(1)) == [("LP001", LEAK_LINE + 1)]
    session.change(2, typed(1, 0, "\n"))
    assert codes(await session.diagnostics(2)) == [("LP001", LEAK_LINE + 1)]
