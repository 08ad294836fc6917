"""What the server tells of a place."""

from lsprotocol import types

from tests.lsp.sessions import LEAK, LEAK_LINE, LEAK_RANGE, Session, capabilities


def markup(hover: types.Hover | None) -> types.MarkupContent:
    assert hover is not None
    assert isinstance(hover.contents, types.MarkupContent)
    return hover.contents


async def test_the_message_and_then_the_page(session: Session) -> None:
    await session.initialize()
    session.open(LEAK)
    hover = await session.hover(LEAK_LINE, 15)
    told = markup(hover)
    assert hover is not None
    assert hover.range == LEAK_RANGE
    assert told.kind == types.MarkupKind.Markdown
    message, _, page = told.value.partition("\n\n")
    assert "`total`" in message
    assert page.startswith("# LP001 accumulate-loss-with-graph")
    assert "## Why it leaks" in page


async def test_plain_text_for_those_who_read_no_markdown(session: Session) -> None:
    await session.initialize(capabilities(bare=True))
    session.open(LEAK)
    assert markup(await session.hover(LEAK_LINE, 15)).kind == types.MarkupKind.PlainText


async def test_nothing_beside_a_finding(session: Session) -> None:
    await session.initialize()
    session.open(LEAK)
    assert await session.hover(0, 0) is None
    assert await session.hover(999, 999) is None
    assert await session.hover(0, 0, uri="file:///nowhere.py") is None
