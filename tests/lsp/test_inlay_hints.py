"""Marks on assignments whose values carry a graph."""

from lsprotocol import types

from tests.lsp.sessions import LEAK, URI, Session, capabilities, typed


async def hints(session: Session, first: int, last: int, uri: str = URI) -> list[tuple[int, int]]:
    answer = await session.client.text_document_inlay_hint_async(
        types.InlayHintParams(
            types.TextDocumentIdentifier(uri),
            types.Range(types.Position(first, 0), types.Position(last, 0)),
        )
    )
    assert all(one.label == ": graph" for one in answer or ())
    return [(one.position.line, one.position.character) for one in answer or ()]


async def test_none_unless_they_are_wanted(session: Session) -> None:
    answer = await session.initialize()
    assert answer.capabilities.inlay_hint_provider
    session.open(LEAK)
    assert await hints(session, 0, 99) == []


async def test_where_a_graph_is_held(session: Session) -> None:
    await session.initialize(options={"inlayHints": True})
    session.open(LEAK)
    assert await hints(session, 0, 99) == [(8, 8), (11, 9)]
    assert await hints(session, 0, 8) == [(8, 8)]
    assert await hints(session, 0, 7) == []
    session.change(2, typed(8, 33, ".detach()"))
    session.change(3, typed(0, 0, "\n"))
    assert await hints(session, 0, 99) == []
    assert await hints(session, 0, 99, "file:///nowhere.py") == []


async def test_behind_wide_characters(session: Session) -> None:
    await session.initialize(capabilities(encodings=["utf-16"]), options={"inlayHints": True})
    session.open(LEAK.replace("    loss = ", '    text = "😀"; loss = '))
    assert (8, 21) in await hints(session, 8, 9)
