"""Quick fixes."""

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.lsp.sessions import (
    LEAK,
    LEAK_LINE,
    LEAK_RANGE,
    URI,
    Session,
    capabilities,
    codes,
    edited,
    fixed,
    typed,
)

CURSOR = types.Range(types.Position(LEAK_LINE, 15), types.Position(LEAK_LINE, 15))
INVALID_PARAMS = -32602
CONTENT_MODIFIED = -32801


async def test_listed_without_edits_and_resolved(session: Session) -> None:
    await session.initialize()
    session.open(LEAK)
    (found,) = await session.diagnostics(1)
    first, *others = await session.actions(LEAK_RANGE, only=["quickfix"])
    assert first.kind == types.CodeActionKind.QuickFix
    assert first.is_preferred
    assert not any(other.is_preferred for other in others)
    assert first.edit is None
    assert list(first.diagnostics or ()) == [found]

    resolved = await session.resolve(first)
    assert edited(LEAK, resolved) == LEAK.replace("+= loss", "+= loss.item()")
    assert resolved.edit is not None
    assert resolved.edit.document_changes is not None
    (change,) = resolved.edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document == types.OptionalVersionedTextDocumentIdentifier(URI, 1)


async def test_every_fix_removes_the_finding(session: Session) -> None:
    await session.initialize()
    session.open(LEAK)
    actions = await session.fixes(LEAK_RANGE)
    assert len({action.title for action in actions}) == len(actions) == 2
    for version, action in enumerate(actions, start=2):
        text = edited(LEAK, await session.resolve(action))
        uri = f"file:///work/fixed{version}.py"
        session.open(text, uri, version)
        assert codes(await session.diagnostics(version, uri)) == []


async def test_whole_edits_for_clients_that_cannot_resolve(session: Session) -> None:
    await session.initialize(capabilities(bare=True))
    session.open(LEAK)
    first, *_ = await session.actions(CURSOR)
    assert first.data is None
    assert first.edit is not None
    assert first.edit.document_changes is None
    assert first.edit.changes is not None
    assert fixed(LEAK, first.edit.changes[URI]) == LEAK.replace("+= loss", "+= loss.item()")


@pytest.mark.parametrize(
    ("only", "offered"),
    [
        (None, True),
        ([], False),
        (["quickfix"], True),
        ([""], True),
        (["source", "quickfix"], True),
        (["source"], True),
        (["source.fixAll"], True),
        (["source.fixAll.leakwise"], True),
        (["source.fixAll.other"], False),
        (["source.fixAll.leakwise.more"], False),
        (["source.organizeImports"], False),
        (["refactor"], False),
        (["quickfix.import"], False),
    ],
)
async def test_only_kinds_that_are_asked_for(
    session: Session, only: list[str] | None, offered: bool
) -> None:
    await session.initialize()
    session.open(LEAK)
    assert bool(await session.actions(CURSOR, only=only)) == offered


async def test_only_at_a_finding(session: Session) -> None:
    await session.initialize()
    session.open(LEAK)
    start = types.Position(0, 0)
    beside = await session.actions(types.Range(start, start))
    assert [one.kind for one in beside] == ["source.fixAll.leakwise"]
    assert await session.actions(types.Range(start, types.Position(99, 0)))
    assert await session.actions(CURSOR, uri="file:///nowhere.py") == []


async def test_an_action_outlives_changes_elsewhere(session: Session) -> None:
    await session.initialize()
    session.open(LEAK)
    first, *_ = await session.actions(CURSOR)
    session.change(2, typed(LEAK_LINE + 1, 0, "print(total)\n"))
    edit = (await session.resolve(first)).edit
    assert edit is not None
    assert edit.document_changes is not None
    (change,) = edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.version == 2


async def test_an_action_whose_finding_moved_is_refused(session: Session) -> None:
    await session.initialize()
    session.open(LEAK)
    first, *_ = await session.actions(CURSOR)
    session.change(2, typed(0, 0, "\n"))
    with pytest.raises(JsonRpcException) as moved:
        await session.resolve(first)
    assert moved.value.code == CONTENT_MODIFIED
    session.close()
    with pytest.raises(JsonRpcException) as closed:
        await session.resolve(first)
    assert closed.value.code == CONTENT_MODIFIED


@pytest.mark.parametrize("data", [None, 7, {"uri": URI}, {"uri": URI, "code": 1}])
async def test_an_action_of_somebody_else_is_refused(session: Session, data: object) -> None:
    await session.initialize()
    session.open(LEAK)
    with pytest.raises(JsonRpcException) as refused:
        await session.resolve(types.CodeAction("Do something", data=data))
    assert refused.value.code == INVALID_PARAMS
    assert await session.actions(CURSOR)
